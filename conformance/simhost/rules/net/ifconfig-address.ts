import { randomBytes } from 'node:crypto'
import { type Errno, KernelError } from '../../text/errno.ts'
import { formatInet, formatInet6, type InterfaceAddress, parseInet, parseInet6 } from './address.ts'
import { addAddress, deleteAddress } from './addresses.ts'
import { setVlan } from './clones.ts'
import type { Run } from './ifconfig-run.ts'
import { FLAG, isEthernet } from './interface.ts'
import { setEther as applyEther } from './settings.ts'

/** Reads an address word, with `/prefix`, in the run's family. */
export function readAddress(run: Run, word: string): InterfaceAddress {
  const slash = word.lastIndexOf('/')
  const text = slash < 0 ? word : word.slice(0, slash)
  const width = slash < 0 ? undefined : word.slice(slash + 1)
  const limit = run.family === 'inet6' ? 128 : 32
  let prefix = run.family === 'inet6' ? 128 : 32
  if (width !== undefined) {
    const why =
      !/^[0-9]/.test(width) || !/^[0-9]+$/.test(width) ? 'invalid' : Number(width) > limit ? 'too large' : ''
    if (why !== '' && run.family === 'inet') run.out.err(1, `${word}: bad value (width ${why})`)
    if (why !== '') run.out.err(1, `${width}: bad value`)
    prefix = Number(width)
    run.pending.maskGiven = true
  }
  if (run.family === 'inet6') {
    const groups = parseInet6(text)
    if (groups === undefined) run.out.err(1, `${text}: bad value`)
    return { family: 'inet6', address: formatInet6(groups), prefix: width === undefined ? 64 : prefix }
  }
  const value = parseInet(text)
  if (value === undefined) run.out.err(1, `${text}: bad value`)
  return { family: 'inet', address: formatInet(value), prefix }
}

/** A word that is no parameter: an address in the run's family, or the other end of a link. */
export function setAddress(run: Run, word: string): void {
  if (run.family === 'ether' || run.family === 'link') {
    setEther(run, word)
    return
  }
  const { pending } = run
  if (pending.address !== undefined && pending.add) {
    // A second address is the other end of a point-to-point link.
    pending.address.destination = readAddress(run, word).address
    return
  }
  const entry = readAddress(run, word)
  if (pending.alias < 0) pending.removal = entry.address
  else {
    if (pending.alias === 0 && run.family === 'inet') pending.clear = true
    pending.address = entry
  }
}

/** `ether XX:...` or `ether random`. */
export function setEther(run: Run, word: string): void {
  const item = run.target()
  let ether = word.toLowerCase().replaceAll('-', ':')
  if (ether === 'random') {
    const bytes = [...randomBytes(6)]
    bytes[0] = (bytes[0]! & 0xfc) | 2
    ether = bytes.map(byte => byte.toString(16)).join(':')
  }
  // link_addr(3) reads hexadecimal bytes, and the kernel checks their number.
  if (!/^[0-9a-f]{1,2}([:.][0-9a-f]{1,2})*$/.test(ether)) run.out.err(1, 'malformed link-level address')
  const bytes = ether.split(/[:.]/).map(byte => byte.padStart(2, '0'))
  run.pending.add = false
  run.attempt(
    'ioctl (SIOCAIFADDR)',
    () => {
      if (bytes.length !== 6) throw new KernelError('EINVAL')
      applyEther(run.kernel, item, bytes.join(':'))
    },
    true,
  )
}

/** `alias` (1), `-alias` and `delete` (-1). */
export function setAlias(run: Run, sign: number): void {
  const { pending } = run
  if (sign < 0) {
    if (pending.address !== undefined && pending.alias === 0) pending.removal = pending.address.address
    pending.clear = true
    pending.add = false
  } else pending.clear = false
  pending.alias = sign
}

/** Does what ifconfig(8) puts off: vlan parameters, then removal and addition of addresses. */
export function finish(run: Run): void {
  finishVlan(run)
  const { pending } = run
  if (run.family !== 'inet' && run.family !== 'inet6') return
  const family = run.family
  if (pending.add && family === 'inet' && pending.address !== undefined && !pending.maskGiven) {
    const item = run.target()
    if ((item.flags & (FLAG.LOOPBACK | FLAG.POINTOPOINT)) === 0) {
      run.out.stderr += 'ifconfig: ERROR: setting interface address without mask is no longer supported.\n'
      run.out.exit(1)
    }
    const first = Number(pending.address.address.split('.')[0])
    pending.address.prefix = first < 128 ? 8 : first < 192 ? 16 : 24
  }
  if (pending.clear) {
    const item = run.target()
    try {
      if (!run.caller.privileged) throw new KernelError('EPERM')
      deleteAddress(run.kernel, item, family, pending.removal)
    } catch (error) {
      if (!(error instanceof KernelError)) throw error
      const none = error.errno === 'EADDRNOTAVAIL' && pending.alias >= 0
      if (!none) run.attempt('ioctl (SIOCDIFADDR)', () => fail(error.errno), true)
    }
  }
  const entry = pending.address
  if (pending.add && entry !== undefined) {
    const item = run.target()
    run.attempt('ioctl (SIOCAIFADDR)', () => addAddress(run.kernel, item, entry), true)
  }
}

function fail(errno: Errno): never {
  throw new KernelError(errno)
}

function finishVlan(run: Run): void {
  const { tag, parent } = run.vlan
  if (tag === undefined && parent === undefined) return
  if (tag === undefined || parent === undefined) run.out.err(1, 'both vlan and vlandev must be specified')
  const item = run.target()
  const device = run.kernel.find(run.vnet, parent)
  run.attempt('SIOCSETVLAN', () => {
    if (device === undefined || !isEthernet(device.kind)) throw new KernelError('ENXIO')
    setVlan(run.kernel, item, tag, device)
  })
}
