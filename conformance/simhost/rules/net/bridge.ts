import { KernelError } from '../../text/errno.ts'
import { isLinkLocal } from './address.ts'
import type { LinkOperation } from './backend.ts'
import { FLAG, type Interface, isEthernet } from './interface.ts'
import type { NetKernel } from './kernel.ts'

/** BRDGADD: adds a member to a bridge. Errors have the kernel's text of 15.x. */
export function addMember(kernel: NetKernel, bridge: Interface, name: string): void {
  const item = kernel.find(bridge.vnet, name)
  if (item === undefined) throw new KernelError('ENOENT', 'No such interface')
  if (item.bridge === bridge) throw new KernelError('EEXIST', 'Interface is already a member of this bridge')
  if (item.bridge !== undefined) {
    throw new KernelError('EBUSY', 'Interface is already a member of another bridge')
  }
  if (!isEthernet(item.kind) || item.kind === 'bridge')
    throw new KernelError('EINVAL', 'Unsupported interface type')
  if (!kernel.around.memberAddresses() && item.addresses.some(address => !isLinkLocal(address.address))) {
    throw new KernelError('EINVAL', 'Member interface may not have an IP address assigned')
  }
  const operations: LinkOperation[] = []
  if (bridge.members.length === 0) bridge.mtu = item.mtu
  else if (item.mtu !== bridge.mtu) {
    item.mtu = bridge.mtu
    if (item.linuxName !== undefined) {
      operations.push({ op: 'mtu', name: item.linuxName, mtu: bridge.mtu })
    }
  }
  bridge.members.unshift(item)
  item.bridge = bridge
  // A new member has learning, discover, autoedge and autoptp, and queue-in-queue as the bridge has it.
  const flags = 0x143 | ((bridge.bridgeFlags ?? 0) & 0x2 ? 0x1000 : 0)
  item.port = { flags, untagged: bridge.defaultUntagged ?? 0, tagged: new Set(), protocol: '802.1q' }
  item.flags |= FLAG.PROMISC
  if (item.linuxName !== undefined && bridge.linuxName !== undefined) {
    operations.push({ op: 'master', name: item.linuxName, bridge: bridge.linuxName })
  }
  kernel.real(bridge.vnet, operations)
}

/** BRDGDEL: takes a member out of a bridge. */
export function deleteMember(kernel: NetKernel, bridge: Interface, name: string): void {
  const item = bridge.members.find(member => member.name === name)
  if (item === undefined) throw new KernelError('ENOENT', 'Interface is not a bridge member')
  kernel.leaveBridge(item)
  if (item.linuxName === undefined) return
  kernel.real(bridge.vnet, [{ op: 'master', name: item.linuxName, bridge: undefined }])
}
