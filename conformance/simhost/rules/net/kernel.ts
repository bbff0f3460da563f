import { createHash, randomBytes } from 'node:crypto'
import { KernelError } from '../../text/errno.ts'
import type { LinkOperation } from './backend.ts'
import { FLAG, type Interface, type InterfaceKind, isEthernet, ND6, type Vnet } from './interface.ts'
import { BASE_FLAGS, BASE_MTU } from './kinds.ts'
import { setFlags } from './settings.ts'
import type { NetSurroundings, NetworkBelow } from './surroundings.ts'

/** IFNAMSIZ without the terminating NUL: FreeBSD's limit and Linux's. */
export const NAME_LENGTH = 15
/** Milliseconds for which the vnet of a dead jail lingers, so that interfaces come back late. */
const LINGER = 80

/** All network stacks of one simulated host and their interfaces; every change is made real in Linux, too. */
export class NetKernel implements NetworkBelow {
  readonly host: Vnet
  readonly vnets = new Map<number, Vnet>()
  /** What the backend could not make real; the model has it all the same. */
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
    setFlags(this, vtnet, FLAG.UP, true)
    const lo = this.enter(this.host, 'lo0', 'lo', 0, false)
    setFlags(this, lo, FLAG.UP, true)
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
    // An interface that was made inside and moved elsewhere dies with its home.
    for (const other of this.vnets.values()) {
      for (const item of [...other.interfaces]) {
        if (item.home === vnet && other.interfaces.includes(item)) this.destroy(item)
      }
    }
    this.lingering.delete(vnet)
    entry.release(vnet)
  }

  /** Ends the vnets whose time has come, or all of them when the host goes down. */
  settle(all = false): void {
    for (const [vnet, { due }] of [...this.lingering]) {
      if (all || due <= this.around.now()) this.finishVnet(vnet)
    }
  }

  /** Makes real what the model says; notes a failure and gives its reason. */
  real(vnet: Vnet, operations: readonly LinkOperation[]): string | undefined {
    const failure = operations.length === 0 ? undefined : this.around.backend.run(vnet.id, operations)
    if (failure !== undefined) this.complaints.push(failure)
    return failure
  }

  /** The name of an interface on Linux: FreeBSD's where Linux accepts it and it is free. */
  linuxName(vnet: Vnet, name: string, index: number): string {
    const taken = vnet.interfaces.some(item => item.linuxName === name)
    const fits = /^[A-Za-z0-9_.-]{1,15}$/.test(name) && name !== 'lo' && !/^\.{1,2}$/.test(name)
    return fits && !taken ? name : `if${index}`
  }

  /** A new interface at the end of a stack, in the model only. */
  enter(vnet: Vnet, name: string, kind: InterfaceKind, unit: number, clone: boolean): Interface {
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
      // All loopbacks share Linux's one, because only their addresses must be real, not their flags.
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

  /** All stacks, with those of dying jails. */
  allStacks(): Vnet[] {
    return [...this.vnets.values(), ...this.lingering.keys()]
  }

  private takeIndex(): number {
    let index = 1
    while (this.indexes.has(index)) index += 1
    this.indexes.add(index)
    return index
  }

  /** ether_gen_addr_byname: two bytes of SHA1("HOSTUUID-IFNAME-JAILNAME"). */
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

  private forget(item: Interface): void {
    const { vnet } = item
    vnet.interfaces = vnet.interfaces.filter(other => other !== item)
    vnet.routes = vnet.routes.filter(route => route.interface !== item)
    this.leaveBridge(item)
    for (const member of [...item.members]) this.leaveBridge(member)
    this.indexes.delete(item.index)
  }

  /** SIOCIFDESTROY: an epair goes with its other end, wherever that end is. EINVAL for an interface that is no clone. */
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
    // Older Linux kernels rename only interfaces that are down; then Linux keeps the old name.
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

  /** SIOCSIFRVNET: takes the interface of that name from a jail's stack. ENXIO when the stack has none. */
  reclaim(target: Vnet, source: Vnet, name: string): void {
    const item = this.find(source, name)
    if (item === undefined || item.kind === 'lo') throw new KernelError('ENXIO')
    if (source === target) throw new KernelError('EEXIST')
    this.move(item, target)
  }

  /** Takes an interface out of its bridge, in the model only. */
  leaveBridge(item: Interface): void {
    const { bridge } = item
    if (bridge === undefined) return
    bridge.members = bridge.members.filter(member => member !== item)
    delete item.bridge
    delete item.port
    item.flags &= ~FLAG.PROMISC
  }
}
