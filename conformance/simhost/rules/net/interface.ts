import type { InterfaceAddress } from './address.ts'

/** The type of an interface, named as its driver. */
export type InterfaceKind =
  | 'vtnet'
  | 'lo'
  | 'epair'
  | 'bridge'
  | 'vlan'
  | 'tap'
  | 'tun'
  | 'gif'
  | 'gre'
  | 'wg'
  | 'lagg'
  | 'vxlan'
  | 'disc'

/** if_flags and if_drv_flags (net/if.h). */
export const FLAG = {
  UP: 0x1,
  BROADCAST: 0x2,
  DEBUG: 0x4,
  LOOPBACK: 0x8,
  POINTOPOINT: 0x10,
  RUNNING: 0x40,
  NOARP: 0x80,
  PROMISC: 0x100,
  ALLMULTI: 0x200,
  OACTIVE: 0x400,
  SIMPLEX: 0x800,
  LINK0: 0x1000,
  LINK1: 0x2000,
  LINK2: 0x4000,
  MULTICAST: 0x8000,
  PPROMISC: 0x20000,
  MONITOR: 0x40000,
  STATICARP: 0x80000,
  STICKYARP: 0x100000,
  LOWER_UP: 0x1000000,
} as const

/** Neighbour discovery flags of an interface (`nd6 options`). */
export const ND6 = {
  PERFORMNUD: 1,
  ACCEPT_RTADV: 2,
  IFDISABLED: 8,
  AUTO_LINKLOCAL: 0x20,
  NO_DAD: 0x100,
} as const

/** A network stack: the host's (jid 0) or a vnet jail's. */
export interface Vnet {
  /** Number of the real stack, which is never used twice, unlike a jid. */
  id: number
  jid: number
  /** Name of the jail, part of the MAC addresses of its clones; empty for the host. */
  name: string
  hostuuid: string
  interfaces: Interface[]
  routes: Route[]
}

/** A route that was added by hand; those of interface addresses follow from the addresses. */
export interface Route {
  family: 'inet' | 'inet6'
  /** Network address as text, `0.0.0.0` or `::` with prefix 0 for the default. */
  destination: string
  prefix: number
  host: boolean
  gateway: string | undefined
  interface: Interface
  reject?: 'reject' | 'blackhole'
}

/** What a bridge knows of a member. */
export interface BridgePort {
  /** IFBIF_* */
  flags: number
  /** VLAN of untagged frames, 0 for none. */
  untagged: number
  tagged: Set<number>
  protocol: '802.1q' | '802.1ad'
}

/** A network interface (struct ifnet). */
export interface Interface {
  name: string
  kind: InterfaceKind
  /** Unit of the clone, which both ends of an epair share. */
  unit: number
  /** Global index (if_index), the scope of link-local addresses. */
  index: number
  /** True for an interface that `ifconfig create` made and that can be destroyed. */
  clone: boolean
  vnet: Vnet
  /** The stack in which the interface was made and to which it returns. */
  home: Vnet
  /** Name of the real interface on Linux, undefined when there is none. */
  linuxName: string | undefined
  flags: number
  nd6: number
  mtu: number
  metric: number
  ether: string | undefined
  /** The MAC address at creation, which ifconfig(8) shows as `hwaddr` after a change. */
  hardware: string | undefined
  description: string
  groups: string[]
  addresses: InterfaceAddress[]
  peer?: Interface
  bridge?: Interface
  /** The settings of an interface as member of a bridge. */
  port?: BridgePort
  members: Interface[]
  /** The settings of a bridge: IFBRF_* flags, and the VLAN that new members get. */
  bridgeFlags?: number
  defaultUntagged?: number
  vlan?: { tag: number; parent: Interface }
  fib: number
}

/** True for a kind of interface that has an Ethernet address. */
export function isEthernet(kind: InterfaceKind): boolean {
  return ['vtnet', 'epair', 'bridge', 'vlan', 'tap', 'lagg', 'vxlan'].includes(kind)
}
