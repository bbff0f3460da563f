import { KernelError } from '../../text/errno.ts'
import { isLinkLocal, linkLocalOf } from './address.ts'
import type { LinkOperation } from './backend.ts'
import { detects, startDetection } from './detection.ts'
import { FLAG, type Interface, isEthernet, ND6 } from './interface.ts'
import type { NetworkBelow } from './surroundings.ts'

/** Sets or clears interface flags; `up` brings IPv6's automatic addresses. */
export function setFlags(below: NetworkBelow, item: Interface, flags: number, on: boolean): void {
  item.flags = on ? item.flags | flags : item.flags & ~flags
  if ((flags & FLAG.UP) === 0) return
  if (item.kind !== 'vtnet' && item.kind !== 'epair' && !(item.kind === 'vlan' && item.vlan === undefined)) {
    item.flags = on ? item.flags | FLAG.RUNNING : item.flags & ~FLAG.RUNNING
  }
  if (on) {
    for (const entry of item.addresses) startDetection(below, item, entry)
    attachInet6(below, item)
  }
  if (item.linuxName === undefined) return
  const name = item.linuxName
  const operations: LinkOperation[] = [{ op: on ? 'up' : 'down', name }]
  if (item.kind === 'lo' && item.name !== 'lo0') return
  if (on) {
    // Linux has dropped IPv6 addresses and all routes when the interface went down, so they are added again.
    for (const { family, address, prefix } of item.addresses) {
      if (family === 'inet6')
        operations.push({ op: 'address', name, address, prefix, detect: detects(below, item) })
    }
    for (const { family, destination, prefix, gateway, interface: out } of item.vnet.routes) {
      if (out === item) operations.push({ op: 'route', family, destination, prefix, gateway, name })
    }
  }
  below.real(item.vnet, operations)
}

/** in6_ifattach: ::1 and fe80::1 on a loopback, the link-local address elsewhere, unless IPv6 is off there. */
export function attachInet6(below: NetworkBelow, item: Interface): void {
  if ((item.nd6 & ND6.IFDISABLED) !== 0 || (item.flags & FLAG.UP) === 0) return
  const operations: LinkOperation[] = []
  const add = (address: string, prefix: number): void => {
    if (item.addresses.some(other => other.address === address)) return
    item.addresses.push(startDetection(below, item, { family: 'inet6', address, prefix }))
    if (item.linuxName !== undefined)
      operations.push({ op: 'address', name: item.linuxName, address, prefix, detect: detects(below, item) })
  }
  if (item.kind === 'lo' && item.name === 'lo0') add('::1', 128)
  if ((item.nd6 & ND6.AUTO_LINKLOCAL) !== 0 && !item.addresses.some(other => isLinkLocal(other.address))) {
    if (item.kind === 'lo') add('fe80::1', 64)
    else if (item.ether !== undefined) add(linkLocalOf(item.ether), 64)
  }
  below.real(item.vnet, operations)
}

/** SIOCSIFMTU. EINVAL outside 72..65535, EOPNOTSUPP for a bridge member. */
export function setMtu(below: NetworkBelow, item: Interface, mtu: number): void {
  if (mtu < 72 || mtu > 65_535) throw new KernelError('EINVAL')
  if (item.bridge !== undefined && mtu !== item.mtu) throw new KernelError('EOPNOTSUPP')
  if (item.vlan !== undefined && mtu > item.vlan.parent.mtu) throw new KernelError('EINVAL')
  item.mtu = mtu
  if (item.linuxName !== undefined) below.real(item.vnet, [{ op: 'mtu', name: item.linuxName, mtu }])
}

/** SIOCSIFLLADDR: if_setlladdr checks the length and the type of interface only. EINVAL for another type. */
export function setEther(below: NetworkBelow, item: Interface, ether: string): void {
  if (!isEthernet(item.kind)) throw new KernelError('EINVAL')
  item.ether = ether
  if (item.linuxName !== undefined) below.real(item.vnet, [{ op: 'ether', name: item.linuxName, ether }])
}
