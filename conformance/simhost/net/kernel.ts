import { createHash, randomBytes } from 'node:crypto'
import { KernelError } from '../text/errno.ts'
import { isLinkLocal, linkLocalOf } from './address.ts'
import type { LinkOperation, NetBackend } from './backend.ts'
import { FLAG, type Interface, type InterfaceKind, isEthernet, ND6, type Vnet } from './interface.ts'

/** What the network part asks of the rest of the simulated kernel. */
export interface NetSurroundings {
  backend: NetBackend
  /** Loads a module as `ifconfig create` does, silently; false when there is no such module. */
  loadModule(name: string): boolean
  /** A tun or tap device came or went. */
  tunnelChanged(name: string, present: boolean): void
  /** sysctl net.link.bridge.member_ifaddrs. */
  memberAddresses(): boolean
  /** The clock, in milliseconds. */
  now(): number
}

/** Cloned types, with the module that holds each (undefined: built in). */
const CLONERS: Readonly<Record<string, { kind: InterfaceKind; module: string | undefined }>> = {
  lo: { kind: 'lo', module: undefined },
  epair: { kind: 'epair', module: 'if_epair' },
  bridge: { kind: 'bridge', module: 'if_bridge' },
  vlan: { kind: 'vlan', module: undefined },
  tap: { kind: 'tap', module: undefined },
  tun: { kind: 'tun', module: undefined },
  gif: { kind: 'gif', module: 'if_gif' },
  gre: { kind: 'gre', module: 'if_gre' },
  wg: { kind: 'wg', module: 'if_wg' },
  lagg: { kind: 'lagg', module: 'if_lagg' },
  vxlan: { kind: 'vxlan', module: 'if_vxlan' },
  disc: { kind: 'disc', module: 'if_disc' },
}

/** IFNAMSIZ without the terminating NUL: FreeBSD's limit and Linux's. */
export const NAME_LENGTH = 15
/** How long the vnet of a dead jail lingers (network.md section 2: interfaces come back late), milliseconds. */
const LINGER = 80

const BASE_FLAGS: Readonly<Record<InterfaceKind, number>> = {
  vtnet: FLAG.BROADCAST | FLAG.SIMPLEX | FLAG.MULTICAST | FLAG.RUNNING,
  lo: FLAG.LOOPBACK | FLAG.MULTICAST,
  epair: FLAG.BROADCAST | FLAG.SIMPLEX | FLAG.MULTICAST | FLAG.RUNNING,
  bridge: FLAG.BROADCAST | FLAG.SIMPLEX | FLAG.MULTICAST,
  vlan: FLAG.BROADCAST | FLAG.SIMPLEX | FLAG.MULTICAST,
  tap: FLAG.BROADCAST | FLAG.SIMPLEX | FLAG.MULTICAST,
  tun: FLAG.POINTOPOINT | FLAG.MULTICAST,
  gif: FLAG.POINTOPOINT | FLAG.MULTICAST,
  gre: FLAG.POINTOPOINT | FLAG.MULTICAST,
  wg: FLAG.NOARP | FLAG.RUNNING,
  lagg: FLAG.BROADCAST | FLAG.SIMPLEX | FLAG.MULTICAST,
  vxlan: FLAG.BROADCAST | FLAG.SIMPLEX | FLAG.MULTICAST,
  disc: FLAG.LOOPBACK | FLAG.MULTICAST,
}

const BASE_MTU: Partial<Record<InterfaceKind, number>> = {
  lo: 16_384,
  gif: 1280,
  gre: 1476,
  wg: 1420,
  vxlan: 1450,
}

/** All network stacks of one simulated host and their interfaces; what is real below is kept in step. */
export class NetKernel {
  readonly host: Vnet
  readonly vnets = new Map<number, Vnet>()
  /** What the backend could not do; the model went on. */
  readonly complaints: string[] = []
  private stacks = 0
  private readonly indexes = new Set<number>()
  private readonly lingering = new Map<Vnet, { due: number; release: (vnet: Vnet) => void }>()
  readonly around: NetSurroundings

  constructor(around: NetSurroundings, hostuuid: string) {
    this.around = around
    this.host = this.stack(0, '0', hostuuid)
  }

  /** Boots the host's stack: vtnet0 and lo0 with its addresses. */
  boot(): void {
    const vtnet = this.enter(this.host, 'vtnet0', 'vtnet', 0, false)
    vtnet.ether = vtnet.hardware = '58:9c:fc:00:00:01'
    const peer = 'vtnet0.wire'
    const made = this.real(this.host, [
      { op: 'veth', name: 'vtnet0', ether: vtnet.ether, peer },
      { op: 'quiet', name: 'vtnet0' },
      { op: 'quiet', name: peer },
      { op: 'up', name: peer },
    ])
    if (made !== undefined) vtnet.linuxName = undefined
    this.setFlags(vtnet, FLAG.UP, true)
    const lo = this.enter(this.host, 'lo0', 'lo', 0, false)
    this.setFlags(lo, FLAG.UP, true)
    lo.addresses.unshift({ family: 'inet', address: '127.0.0.1', prefix: 8 })
  }

  private stack(jid: number, name: string, hostuuid: string): Vnet {
    const vnet: Vnet = { id: this.stacks, jid, name, hostuuid, interfaces: [], routes: [] }
    this.stacks += 1
    this.vnets.set(jid, vnet)
    return vnet
  }

  /** A new vnet jail's stack: lo0, down and without addresses. */
  createVnet(jid: number, name: string, hostuuid: string): Vnet {
    const vnet = this.stack(jid, name, hostuuid)
    this.enter(vnet, 'lo0', 'lo', 0, false)
    return vnet
  }

  /**
   * The jail of a vnet is gone. Its interfaces return home a little later, clones made inside are destroyed, then
   * `release` may give the namespace up.
   */
  destroyVnet(jid: number, release: (vnet: Vnet) => void): void {
    const vnet = this.vnets.get(jid)
    if (vnet === undefined) return
    this.vnets.delete(jid)
    this.lingering.set(vnet, { due: this.around.now() + LINGER, release })
  }

  private finishVnet(vnet: Vnet): void {
    const entry = this.lingering.get(vnet)
    if (entry === undefined) return
    for (const item of [...vnet.interfaces]) {
      if (item.home === vnet || item.kind === 'lo') continue
      this.move(item, this.vnets.get(item.home.jid) === item.home ? item.home : this.host)
    }
    for (const item of [...vnet.interfaces]) {
      if (item.clone && vnet.interfaces.includes(item)) this.destroy(item)
      else this.forget(item)
    }
    // What was made inside and moved elsewhere dies with its home.
    for (const other of this.vnets.values()) {
      for (const item of [...other.interfaces]) {
        if (item.home === vnet && other.interfaces.includes(item)) this.destroy(item)
      }
    }
    this.lingering.delete(vnet)
    entry.release(vnet)
  }

  /** Finishes the vnets whose time has come, or all of them (the host goes down). */
  settle(all = false): void {
    for (const [vnet, { due }] of [...this.lingering]) {
      if (all || due <= this.around.now()) this.finishVnet(vnet)
    }
  }

  /** Makes real what the model says; a failure is noted and given back. */
  real(vnet: Vnet, operations: readonly LinkOperation[]): string | undefined {
    const failure = operations.length === 0 ? undefined : this.around.backend.run(vnet.id, operations)
    if (failure !== undefined) this.complaints.push(failure)
    return failure
  }

  private linuxName(vnet: Vnet, name: string, index: number): string {
    const taken = vnet.interfaces.some(item => item.linuxName === name)
    const fits = /^[A-Za-z0-9_.-]{1,15}$/.test(name) && name !== 'lo' && !/^\.{1,2}$/.test(name)
    return fits && !taken ? name : `if${index}`
  }

  private enter(vnet: Vnet, name: string, kind: InterfaceKind, unit: number, clone: boolean): Interface {
    const index = this.takeIndex()
    const nd6 =
      kind === 'bridge' || kind === 'wg' || kind === 'lagg'
        ? ND6.PERFORMNUD | ND6.IFDISABLED
        : kind === 'lo'
          ? ND6.PERFORMNUD | ND6.AUTO_LINKLOCAL
          : ND6.PERFORMNUD | ND6.IFDISABLED | ND6.AUTO_LINKLOCAL
    const ether = isEthernet(kind) ? this.makeEther(vnet, name) : undefined
    const item: Interface = {
      name,
      kind,
      unit,
      index,
      clone,
      vnet,
      home: vnet,
      // All loopbacks share Linux's one: their addresses must be reachable, their flags need not be real.
      linuxName: kind === 'lo' ? 'lo' : this.linuxName(vnet, name, index),
      flags: BASE_FLAGS[kind],
      nd6,
      mtu: BASE_MTU[kind] ?? 1500,
      metric: 0,
      ether,
      hardware: ether,
      description: '',
      groups: kind === 'vtnet' ? [] : [kind],
      addresses: [],
      members: [],
      fib: 0,
    }
    vnet.interfaces.push(item)
    return item
  }

  private takeIndex(): number {
    let index = 1
    while (this.indexes.has(index)) index += 1
    this.indexes.add(index)
    return index
  }

  /** ether_gen_addr_byname (network.md section 5): two bytes of SHA1("HOSTUUID-IFNAME-JAILNAME"). */
  private makeEther(vnet: Vnet, name: string): string {
    const zero = /^[0-]*$/.test(vnet.hostuuid)
    const bytes = zero
      ? [0x58, 0x9c, 0xfc, 0x10, ...randomBytes(2)]
      : [
          0x58,
          0x9c,
          0xfc,
          0x10,
          ...createHash('sha1').update(`${vnet.hostuuid}-${name}-${vnet.name}`).digest().subarray(0, 2),
        ]
    return bytes.map(byte => byte.toString(16).padStart(2, '0')).join(':')
  }

  /** if_nametoindex(3): the first interface of a name. */
  find(vnet: Vnet, name: string): Interface | undefined {
    return vnet.interfaces.find(item => item.name === name)
  }

  /** The names a stack's cloners know, in FreeBSD's order of `ifconfig -C`. */
  cloners(): string[] {
    return Object.keys(CLONERS).sort()
  }

  /**
   * SIOCIFCREATE2. The name is a type or a type with a unit, or `PARENT.TAG` for a vlan. Gives the interface whose
   * name the caller gets back (the `a` end of an epair). EINVAL for an unknown type, EEXIST.
   */
  create(vnet: Vnet, name: string): Interface {
    const dotted = /^(.+)\.([1-9][0-9]{0,3})$/.exec(name)
    const parent = dotted === null ? undefined : this.find(vnet, dotted[1]!)
    if (parent !== undefined && isEthernet(parent.kind)) {
      if (this.find(vnet, name) !== undefined) throw new KernelError('EEXIST')
      const item = this.enter(vnet, name, 'vlan', this.freeUnit(vnet, 'vlan'), true)
      this.setVlan(item, Number(dotted![2]), parent)
      return item
    }
    const found = /^([a-z]+)(0|[1-9][0-9]*)?$/.exec(name)
    const cloner = found === null ? undefined : CLONERS[found[1]!]
    if (found === null || cloner === undefined) throw new KernelError('EINVAL')
    if (cloner.module !== undefined && !this.around.loadModule(cloner.module)) throw new KernelError('EINVAL')
    const wanted = found[2] === undefined ? undefined : Number(found[2])
    if (wanted !== undefined && (wanted > 32_767 || this.usedUnits(vnet, cloner.kind).has(wanted))) {
      throw new KernelError(wanted > 32_767 ? 'EINVAL' : 'EEXIST')
    }
    const unit = wanted ?? this.freeUnit(vnet, cloner.kind)
    if (cloner.kind === 'epair') return this.createEpair(vnet, unit)
    const full = `${found[1]}${unit}`
    if (this.find(vnet, full) !== undefined) throw new KernelError('EEXIST')
    const item = this.enter(vnet, full, cloner.kind, unit, true)
    this.makeReal(item)
    if (item.kind === 'tap' || item.kind === 'tun') this.around.tunnelChanged(item.name, true)
    return item
  }

  private usedUnits(vnet: Vnet, kind: InterfaceKind): Set<number> {
    const used = new Set<number>()
    const stacks = [...this.vnets.values(), ...this.lingering.keys()]
    for (const stack of stacks) {
      for (const item of stack.interfaces) if (item.home === vnet && item.kind === kind) used.add(item.unit)
    }
    return used
  }

  private freeUnit(vnet: Vnet, kind: InterfaceKind): number {
    const used = this.usedUnits(vnet, kind)
    let unit = 0
    while (used.has(unit)) unit += 1
    return unit
  }

  private createEpair(vnet: Vnet, unit: number): Interface {
    const a = this.enter(vnet, `epair${unit}a`, 'epair', unit, true)
    const b = this.enter(vnet, `epair${unit}b`, 'epair', unit, true)
    a.peer = b
    b.peer = a
    const [name, peer] = [a.linuxName!, b.linuxName!]
    const failure = this.real(vnet, [
      { op: 'veth', name, ether: a.ether!, peer, peerEther: b.ether! },
      { op: 'quiet', name },
      { op: 'quiet', name: peer },
    ])
    if (failure !== undefined) a.linuxName = b.linuxName = undefined
    return a
  }

  private makeReal(item: Interface): void {
    if (item.kind === 'lo') return
    const name = item.linuxName!
    if (item.kind === 'bridge') {
      const failure = this.real(item.vnet, [
        { op: 'bridge', name, ether: item.ether! },
        { op: 'quiet', name },
      ])
      if (failure !== undefined) item.linuxName = undefined
    } else if (item.kind === 'tap' || item.kind === 'tun') {
      const failure = this.real(item.vnet, [
        { op: 'tunnel', name, mode: item.kind },
        { op: 'quiet', name },
      ])
      if (failure !== undefined) item.linuxName = undefined
    } else item.linuxName = undefined
  }

  /** `vlan TAG vlandev PARENT`. EBUSY when it has another parent already. */
  setVlan(item: Interface, tag: number, parent: Interface): void {
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
    const name = this.linuxName(item.vnet, item.name, item.index)
    if (parent.linuxName === undefined) return
    const failure = this.real(item.vnet, [
      { op: 'vlan', name, parent: parent.linuxName, tag },
      { op: 'quiet', name },
    ])
    item.linuxName = failure === undefined ? name : undefined
  }

  private forget(item: Interface): void {
    const { vnet } = item
    vnet.interfaces = vnet.interfaces.filter(other => other !== item)
    vnet.routes = vnet.routes.filter(route => route.interface !== item)
    this.leaveBridge(item)
    for (const member of [...item.members]) this.leaveBridge(member)
    this.indexes.delete(item.index)
  }

  /** SIOCIFDESTROY: an epair goes with its other end, wherever that is. EINVAL when it is no clone. */
  destroy(item: Interface): void {
    if (!item.clone) throw new KernelError('EINVAL')
    for (const other of [...item.vnet.interfaces]) if (other.vlan?.parent === item) this.destroy(other)
    const shared = item.kind === 'lo'
    if (item.linuxName !== undefined && !shared)
      this.real(item.vnet, [{ op: 'delete', name: item.linuxName }])
    if (shared) for (const { address, prefix } of item.addresses) this.dropReal(item, address, prefix)
    this.forget(item)
    if (item.peer !== undefined) {
      for (const other of [...item.peer.vnet.interfaces])
        if (other.vlan?.parent === item.peer) this.destroy(other)
      this.forget(item.peer)
    }
    if (item.kind === 'tap' || item.kind === 'tun')
      this.around.tunnelChanged(`${item.kind}${item.unit}`, false)
  }

  dropReal(item: Interface, address: string, prefix: number): void {
    if (item.linuxName === undefined) return
    this.real(item.vnet, [{ op: 'unaddress', name: item.linuxName, address, prefix }])
  }

  /** SIOCSIFNAME. ENAMETOOLONG, EINVAL for an empty name, EEXIST. */
  rename(item: Interface, name: string): void {
    if (name.length > NAME_LENGTH) throw new KernelError('ENAMETOOLONG')
    if (name === '') throw new KernelError('EINVAL')
    if (name === item.name) return
    if (this.find(item.vnet, name) !== undefined) throw new KernelError('EEXIST')
    item.name = name
    if (item.linuxName === undefined || item.kind === 'lo') return
    const wanted = this.linuxName(item.vnet, name, item.index)
    if (wanted === item.linuxName) return
    // Older kernels rename only interfaces that are down; the name below may then stay behind.
    const failure = this.real(item.vnet, [{ op: 'rename', name: item.linuxName, to: wanted }])
    if (failure === undefined) item.linuxName = wanted
  }

  /** Moves an interface to another stack (if_vmove): addresses, routes, bridge and foreign groups are dropped. */
  move(item: Interface, target: Vnet): void {
    const from = item.vnet
    const { linuxName } = item
    this.forget(item)
    item.vnet = target
    item.index = this.takeIndex()
    item.addresses = []
    item.flags &= ~(FLAG.UP | FLAG.PROMISC)
    item.groups = item.kind === 'vtnet' ? [] : [item.kind]
    if (linuxName !== undefined && item.kind !== 'lo') {
      const wanted = this.linuxName(target, item.name, item.index)
      const failure = this.real(from, [
        { op: 'down', name: linuxName },
        { op: 'move', name: linuxName, vnet: target.id, to: wanted },
      ])
      item.linuxName = failure === undefined ? wanted : undefined
    }
    target.interfaces.push(item)
    if (item.linuxName !== undefined && item.kind !== 'lo')
      this.real(target, [{ op: 'quiet', name: item.linuxName }])
  }

  /** SIOCSIFVNET: EEXIST when source and destination are the same stack. */
  moveTo(item: Interface, target: Vnet): void {
    if (item.vnet === target) throw new KernelError('EEXIST')
    if (item.kind === 'lo') throw new KernelError('EINVAL')
    this.move(item, target)
  }

  /** SIOCSIFRVNET: takes the interface of that name from a jail's stack. ENXIO when it is not there. */
  reclaim(target: Vnet, source: Vnet, name: string): void {
    const item = this.find(source, name)
    if (item === undefined || item.kind === 'lo') throw new KernelError('ENXIO')
    if (source === target) throw new KernelError('EEXIST')
    this.move(item, target)
  }

  /** Sets or clears interface flags; `up` brings IPv6's automatic addresses. */
  setFlags(item: Interface, flags: number, on: boolean): void {
    item.flags = on ? item.flags | flags : item.flags & ~flags
    if ((flags & FLAG.UP) === 0) return
    if (
      item.kind !== 'vtnet' &&
      item.kind !== 'epair' &&
      !(item.kind === 'vlan' && item.vlan === undefined)
    ) {
      item.flags = on ? item.flags | FLAG.RUNNING : item.flags & ~FLAG.RUNNING
    }
    if (on) this.attachInet6(item)
    if (item.linuxName === undefined) return
    const name = item.linuxName
    const operations: LinkOperation[] = [{ op: on ? 'up' : 'down', name }]
    if (item.kind === 'lo' && item.name !== 'lo0') return
    if (on) {
      // Linux drops IPv6 addresses and all routes of an interface that goes down.
      for (const { family, address, prefix } of item.addresses) {
        if (family === 'inet6') operations.push({ op: 'address', name, address, prefix })
      }
      for (const { family, destination, prefix, gateway, interface: out } of item.vnet.routes) {
        if (out === item) operations.push({ op: 'route', family, destination, prefix, gateway, name })
      }
    }
    this.real(item.vnet, operations)
  }

  /** in6_ifattach: ::1 and fe80::1 on a loopback, the link-local address elsewhere, unless IPv6 is off there. */
  attachInet6(item: Interface): void {
    if ((item.nd6 & ND6.IFDISABLED) !== 0 || (item.flags & FLAG.UP) === 0) return
    const operations: LinkOperation[] = []
    const add = (address: string, prefix: number): void => {
      if (item.addresses.some(other => other.address === address)) return
      item.addresses.push({ family: 'inet6', address, prefix })
      if (item.linuxName !== undefined)
        operations.push({ op: 'address', name: item.linuxName, address, prefix })
    }
    if (item.kind === 'lo' && item.name === 'lo0') add('::1', 128)
    if ((item.nd6 & ND6.AUTO_LINKLOCAL) !== 0 && !item.addresses.some(other => isLinkLocal(other.address))) {
      if (item.kind === 'lo') add('fe80::1', 64)
      else if (item.ether !== undefined) add(linkLocalOf(item.ether), 64)
    }
    this.real(item.vnet, operations)
  }

  /** SIOCSIFMTU. EINVAL outside 72..65535, EOPNOTSUPP for a bridge member. */
  setMtu(item: Interface, mtu: number): void {
    if (mtu < 72 || mtu > 65_535) throw new KernelError('EINVAL')
    if (item.bridge !== undefined && mtu !== item.mtu) throw new KernelError('EOPNOTSUPP')
    if (item.vlan !== undefined && mtu > item.vlan.parent.mtu) throw new KernelError('EINVAL')
    item.mtu = mtu
    if (item.linuxName !== undefined) this.real(item.vnet, [{ op: 'mtu', name: item.linuxName, mtu }])
  }

  /** SIOCSIFLLADDR. EINVAL for a multicast address. */
  setEther(item: Interface, ether: string): void {
    if ((Number.parseInt(ether.slice(0, 2), 16) & 1) !== 0 || !isEthernet(item.kind))
      throw new KernelError('EINVAL')
    item.ether = ether
    if (item.linuxName !== undefined) this.real(item.vnet, [{ op: 'ether', name: item.linuxName, ether }])
  }

  private leaveBridge(item: Interface): void {
    const { bridge } = item
    if (bridge === undefined) return
    bridge.members = bridge.members.filter(member => member !== item)
    delete item.bridge
    item.flags &= ~FLAG.PROMISC
  }

  /** BRDGADD (network.md section 4), with the kernel's text of 15.x. */
  addMember(bridge: Interface, name: string): void {
    const item = this.find(bridge.vnet, name)
    if (item === undefined) throw new KernelError('ENOENT', 'No such interface')
    if (item.bridge === bridge)
      throw new KernelError('EEXIST', 'Interface is already a member of this bridge')
    if (item.bridge !== undefined) {
      throw new KernelError('EBUSY', 'Interface is already a member of another bridge')
    }
    if (!isEthernet(item.kind) || item.kind === 'bridge')
      throw new KernelError('EINVAL', 'Unsupported interface type')
    if (!this.around.memberAddresses() && item.addresses.some(address => !isLinkLocal(address.address))) {
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
    item.flags |= FLAG.PROMISC
    if (item.linuxName !== undefined && bridge.linuxName !== undefined) {
      operations.push({ op: 'master', name: item.linuxName, bridge: bridge.linuxName })
    }
    this.real(bridge.vnet, operations)
  }

  /** BRDGDEL. */
  deleteMember(bridge: Interface, name: string): void {
    const item = bridge.members.find(member => member.name === name)
    if (item === undefined) throw new KernelError('ENOENT', 'Interface is not a bridge member')
    this.leaveBridge(item)
    if (item.linuxName === undefined) return
    this.real(bridge.vnet, [{ op: 'master', name: item.linuxName, bridge: undefined }])
  }
}
