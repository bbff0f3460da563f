import { FLAG, type InterfaceKind } from './interface.ts'

/** Cloned types, with the module that holds each (undefined: built in). */
export const CLONERS: Readonly<Record<string, { kind: InterfaceKind; module: string | undefined }>> = {
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

/** Interface flags of a fresh interface, by kind. */
export const BASE_FLAGS: Readonly<Record<InterfaceKind, number>> = {
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

/** MTUs that are not Ethernet's. */
export const BASE_MTU: Partial<Record<InterfaceKind, number>> = {
  lo: 16_384,
  gif: 1280,
  gre: 1476,
  wg: 1420,
  vxlan: 1450,
}
