/** What jail_set(2) refuses in the parameters alone: wrong values, sizes, refusals of modules, unknown names. */

import { findParam, negated } from '../../rules/jail/catalogue.ts'
import { parseInet, parseInet6 } from '../../rules/net/address.ts'
import { KernelError } from '../kernel.ts'
import type { Klds } from '../klds.ts'
import { cannotChange, restricted, type SetRequest } from './request.ts'
import type { Jail, Value } from './table.ts'

/** Parameters of the kernel's SYSV modules. */
export const SYSV = ['sysvmsg', 'sysvsem', 'sysvshm']
const JAILSYS: ReadonlySet<Value> = new Set(['disable', 'new', 'inherit'])

/** Checks what kern_jail_set refuses before it looks for any jail, in the kernel's order. */
export function checkEarly(request: SetRequest): void {
  const { given, mode } = request
  const text = (name: string, size: number) => {
    if (Buffer.byteLength(String(given.get(name) ?? '')) >= size) throw new KernelError('ENAMETOOLONG')
  }
  const enforce = given.get('enforce_statfs')
  if (typeof enforce === 'number' && (enforce < 0 || enforce > 2)) throw new KernelError('EINVAL')
  for (const name of ['host', 'vnet', 'ip4', 'ip6']) {
    const value = given.get(name)
    if (value === undefined || value === 'new' || value === 'inherit') continue
    if (value !== 'disable' || name === 'host' || name === 'vnet') throw new KernelError('EINVAL')
  }
  if (mode === 'create' && given.get('persist') !== true)
    throw new KernelError('EINVAL', 'new jail must persist or attach')
  if (mode === 'update')
    for (const name of ['vnet', 'ip4', 'ip6']) if (given.has(name)) throw cannotChange(name)
  text('name', 256)
  text('host.hostname', 256)
  text('host.domainname', 256)
  text('host.hostuuid', 64)
  for (const family of ['ip4', 'ip6'] as const) checkAddressList(given, family)
  if (given.has('vnet') && restricted(given))
    throw new KernelError('EINVAL', 'vnet jails cannot have IP address restrictions')
  const release = given.get('osrelease')
  if (release !== undefined) {
    if (mode === 'update') throw cannotChange('osrelease')
    // The kernel compares the length with the NUL.
    const length = Buffer.byteLength(String(release))
    if (length < 1 || length + 1 >= 32)
      throw new KernelError(
        length === 0 ? 'EINVAL' : 'ENAMETOOLONG',
        'osrelease string must be 1-31 bytes long',
      )
  }
  if (given.has('osreldate')) {
    if (mode === 'update') throw cannotChange('osreldate')
    if (given.get('osreldate') === 0) throw new KernelError('EINVAL', 'osreldate cannot be 0')
  }
  if (given.has('path') && mode === 'update') throw cannotChange('path')
}

/** Checks an address list: length, no unspecified or broadcast address, none twice. Sorts all but the first. */
function checkAddressList(given: Map<string, Value>, family: 'ip4' | 'ip6'): void {
  const list = given.get(`${family}.addr`)
  if (!Array.isArray(list) || list.length === 0) return
  if (list.length > 255)
    throw new KernelError('EINVAL', `too many ${family === 'ip4' ? 'IPv4' : 'IPv6'} addresses`)
  if (
    list.some(a => a === '0.0.0.0' || a === '255.255.255.255' || a === '::') ||
    new Set(list).size < list.length
  )
    throw new KernelError('EINVAL')
  const [first, ...others] = list
  const key = (address: string) =>
    family === 'ip4'
      ? (parseInet(address) ?? 0).toString(16).padStart(8, '0')
      : (parseInet6(address) ?? []).map(group => group.toString(16).padStart(4, '0')).join('')
  others.sort((one, two) => (key(one) < key(two) ? -1 : 1))
  given.set(`${family}.addr`, [first ?? '', ...others])
}

/** Checks what modules of the kernel refuse (PR_METHOD_CHECK). */
export function checkModules(given: Map<string, Value>, parent: Jail | undefined): void {
  for (const name of SYSV) {
    const value = given.get(name)
    if (value === undefined) continue
    if (!JAILSYS.has(value)) throw new KernelError('EINVAL')
    if (value !== 'disable' && parent !== undefined && (parent.values.get(name) ?? 'disable') === 'disable')
      throw new KernelError('EPERM')
  }
  for (const name of ['linux', 'mac.do']) {
    const value = given.get(name)
    if (value !== undefined && value !== 'new' && value !== 'inherit') throw new KernelError('EINVAL')
  }
  for (const name of ['linux.osname', 'linux.osrelease'])
    if (Buffer.byteLength(String(given.get(name) ?? '')) + 1 > 65)
      throw new KernelError('ENAMETOOLONG', `${name} too long`)
  // linux_map_osrel takes three numbers from 1.0.0 on, and refuses a single character after them.
  const linux = given.get('linux.osrelease')
  const release =
    linux === undefined ? undefined : /^([0-9]+)\.([0-9]+)\.([0-9]+)(?:$|..)/s.exec(String(linux))
  if (release === null || (release !== undefined && Number(release[1]) < 1))
    throw new KernelError('EINVAL', 'linux.osrelease format error')
}

/** Refuses the parameters that no part of the kernel has taken. */
export function checkKnown(given: Map<string, Value>, klds: Klds): void {
  for (const [name, value] of given) {
    const param = findParam(klds, name)
    if (param === undefined || param.type === 'node' || param.readOnly === true)
      throw new KernelError('EINVAL', `unknown parameter: ${value === false ? negated(name) : name}`)
  }
}
