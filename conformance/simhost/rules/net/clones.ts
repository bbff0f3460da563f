import { KernelError } from '../../text/errno.ts'
import { FLAG, type Interface, type InterfaceKind, isEthernet, type Vnet } from './interface.ts'
import type { NetKernel } from './kernel.ts'
import { CLONERS } from './kinds.ts'

/** The names a stack's cloners know, in FreeBSD's order of `ifconfig -C`. */
export function cloners(): string[] {
  return Object.keys(CLONERS).sort()
}

/**
 * SIOCIFCREATE2. The name is a type, a type with a unit, or `PARENT.TAG` for a vlan. Gives the interface whose name
 * ifconfig(8) prints, which is the `a` end of an epair. EINVAL for an unknown type, EEXIST.
 */
export function create(kernel: NetKernel, vnet: Vnet, name: string): Interface {
  const dotted = /^(.+)\.([1-9][0-9]{0,3})$/.exec(name)
  const parent = dotted === null ? undefined : kernel.find(vnet, dotted[1]!)
  if (parent !== undefined && isEthernet(parent.kind)) {
    if (kernel.find(vnet, name) !== undefined) throw new KernelError('EEXIST')
    const item = kernel.enter(vnet, name, 'vlan', freeUnit(kernel, vnet, 'vlan'), true)
    setVlan(kernel, item, Number(dotted![2]), parent)
    return item
  }
  const found = /^([a-z]+)(0|[1-9][0-9]*)?$/.exec(name)
  const cloner = found === null ? undefined : CLONERS[found[1]!]
  if (found === null || cloner === undefined) throw new KernelError('EINVAL')
  if (cloner.module !== undefined && !kernel.around.loadModule(cloner.module)) throw new KernelError('EINVAL')
  const wanted = found[2] === undefined ? undefined : Number(found[2])
  if (wanted !== undefined && (wanted > 32_767 || usedUnits(kernel, vnet, cloner.kind).has(wanted))) {
    throw new KernelError(wanted > 32_767 ? 'EINVAL' : 'EEXIST')
  }
  const unit = wanted ?? freeUnit(kernel, vnet, cloner.kind)
  if (cloner.kind === 'epair') return createEpair(kernel, vnet, unit)
  const full = `${found[1]}${unit}`
  if (kernel.find(vnet, full) !== undefined) throw new KernelError('EEXIST')
  const item = kernel.enter(vnet, full, cloner.kind, unit, true)
  makeReal(kernel, item)
  if (item.kind === 'tap' || item.kind === 'tun') kernel.around.tunnelChanged(item.name, true)
  return item
}

function usedUnits(kernel: NetKernel, vnet: Vnet, kind: InterfaceKind): Set<number> {
  const used = new Set<number>()
  const stacks = kernel.allStacks()
  for (const stack of stacks) {
    for (const item of stack.interfaces) if (item.home === vnet && item.kind === kind) used.add(item.unit)
  }
  return used
}

function freeUnit(kernel: NetKernel, vnet: Vnet, kind: InterfaceKind): number {
  const used = usedUnits(kernel, vnet, kind)
  let unit = 0
  while (used.has(unit)) unit += 1
  return unit
}

function createEpair(kernel: NetKernel, vnet: Vnet, unit: number): Interface {
  const a = kernel.enter(vnet, `epair${unit}a`, 'epair', unit, true)
  const b = kernel.enter(vnet, `epair${unit}b`, 'epair', unit, true)
  a.peer = b
  b.peer = a
  const [name, peer] = [a.linuxName!, b.linuxName!]
  const failure = kernel.real(vnet, [
    { op: 'veth', name, ether: a.ether!, peer, peerEther: b.ether! },
    { op: 'quiet', name },
    { op: 'quiet', name: peer },
  ])
  if (failure !== undefined) a.linuxName = b.linuxName = undefined
  return a
}

function makeReal(kernel: NetKernel, item: Interface): void {
  if (item.kind === 'lo') return
  const name = item.linuxName!
  if (item.kind === 'bridge') {
    const failure = kernel.real(item.vnet, [
      { op: 'bridge', name, ether: item.ether! },
      { op: 'quiet', name },
    ])
    if (failure !== undefined) item.linuxName = undefined
  } else if (item.kind === 'tap' || item.kind === 'tun') {
    const failure = kernel.real(item.vnet, [
      { op: 'tunnel', name, mode: item.kind },
      { op: 'quiet', name },
    ])
    if (failure !== undefined) item.linuxName = undefined
  } else item.linuxName = undefined
}

/** `vlan TAG vlandev PARENT`. EBUSY when it has another parent already. */
export function setVlan(kernel: NetKernel, item: Interface, tag: number, parent: Interface): void {
  if (item.vlan !== undefined && (item.vlan.tag !== tag || item.vlan.parent !== parent))
    throw new KernelError('EBUSY')
  const taken = item.vnet.interfaces.some(
    other => other !== item && other.vlan?.parent === parent && other.vlan.tag === tag,
  )
  if (taken) throw new KernelError('EEXIST')
  item.vlan = { tag, parent }
  item.ether = item.hardware = parent.ether
  item.mtu = parent.mtu
  item.flags |= FLAG.RUNNING
  const name = kernel.linuxName(item.vnet, item.name, item.index)
  if (parent.linuxName === undefined) return
  const failure = kernel.real(item.vnet, [
    { op: 'vlan', name, parent: parent.linuxName, tag },
    { op: 'quiet', name },
  ])
  item.linuxName = failure === undefined ? name : undefined
}
