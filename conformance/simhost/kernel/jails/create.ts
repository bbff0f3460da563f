/** Makes a jail (JAIL_CREATE): the checks in the kernel's order, then the record and its namespaces. */
import fs from 'node:fs'
import { ALLOWED_BY_DEFAULT, params } from '../../rules/jail/catalogue.ts'
import { KernelError } from '../kernel.ts'
import { makeNamespaces } from '../namespaces.ts'
import type { Found } from '../paths.ts'
import { checkKnown, checkModules, SYSV } from './checks.ts'
import { nameOf, type Place } from './find.ts'
import { checkAllow, checkParent } from './parent.ts'
import type { Around, SetRequest } from './request.ts'
import type { Jail, Value } from './table.ts'
import { addressMode, changedMeta, HOST_VALUES, hostValue, initial, store } from './values.ts'

/** Number of the newest CPU set; the host's is 1. */
let cpusets = 1

/** Puts a new jail into the table. Throws EPERM, EINVAL and others as kern_jail_set does. */
export function createJail(around: Around, request: SetRequest, place: Place, root: Found): Jail {
  const { jails, klds } = around
  const { caller, given } = request
  const parent = jails.table.get(place.parent)
  for (let j = jails.table.get(caller.jid); j !== undefined; j = jails.table.get(j.parent))
    if (jails.below(j.jid).length >= Number(j.values.get('children.max') ?? 0))
      throw new KernelError('EPERM', 'prison limit exceeded')
  const jid = place.jid !== 0 ? place.jid : jails.allocate()
  checkParent(around, request, parent, undefined)
  const base = nameOf(place.base, jid, parent)
  checkAllow(given, parent)
  checkModules(given, parent)
  checkKnown(given, klds)
  changedMeta(new Map(), given)
  const jail = build(around, request, jid, base, parent, root.path)
  jail.rootFd = fs.openSync(`/proc/self/fd/${root.fd}`, 0o10000000 | 0o2000000)
  jails.add(jail)
  return jail
}

function build(
  around: Around,
  request: SetRequest,
  jid: number,
  base: string,
  parent: Jail | undefined,
  root: string,
): Jail {
  const { kernel, jails, klds } = around
  const { given } = request
  const vnet = given.get('vnet') === 'new'
  const values = new Map<string, Value>()
  for (const { name } of params(klds)) {
    const value = initial(name, parent)
    if (value !== undefined) values.set(name, value)
    if (name.startsWith('allow.') && ALLOWED_BY_DEFAULT.has(name))
      values.set(name, parent?.values.get(name) ?? true)
  }
  for (const family of ['ip4', 'ip6']) values.set(family, addressMode(request, family, vnet))
  const inherits = given.get('host') === 'inherit' && !HOST_VALUES.some(name => given.has(name))
  values.set('host', inherits ? 'inherit' : 'new')
  if (inherits) for (const name of HOST_VALUES) values.set(name, hostValue(kernel, parent, name))
  else values.set('host.hostname', '')
  for (const name of SYSV) values.set(name, given.get('allow.sysvipc') === true ? 'inherit' : 'disable')
  values.set('cpuset.id', ++cpusets)
  store(values, given)
  const inherit = SYSV.some(name => values.get(name) === 'inherit')
  const above = jails.spacesOf(parent?.jid ?? 0)
  return {
    jid,
    name: parent === undefined ? base : `${parent.name}.${base}`,
    parent: parent?.jid ?? 0,
    root,
    rootFd: -1,
    path: root,
    persist: given.get('persist') === true,
    vnet: vnet ? jid : (parent?.vnet ?? 0),
    values,
    attaching: new Map(),
    spaces: makeNamespaces(jid, [above.net, above.ipc, above.uts], {
      ipc: !inherit,
      net: vnet,
      hostname: String(values.get('host.hostname') ?? ''),
    }),
  }
}
