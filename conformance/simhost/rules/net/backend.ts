/** One change below, in Linux's terms. Names are Linux's. */
export type LinkOperation =
  | { op: 'veth'; name: string; ether: string; peer: string; peerEther?: string }
  | { op: 'bridge'; name: string; ether: string }
  | { op: 'vlan'; name: string; parent: string; tag: number }
  | { op: 'tunnel'; name: string; mode: 'tap' | 'tun' }
  | { op: 'up' | 'down' | 'delete'; name: string }
  | { op: 'rename'; name: string; to: string }
  | { op: 'mtu'; name: string; mtu: number }
  | { op: 'ether'; name: string; ether: string }
  /** Joins a bridge, or leaves one. */
  | { op: 'master'; name: string; bridge: string | undefined }
  /** No link-local address of Linux's own: the model says which there are. */
  | { op: 'quiet'; name: string }
  /** Into another stack, under another name; `vnet` as in `NetBackend.run`. */
  | { op: 'move'; name: string; vnet: number; to: string }
  | {
      op: 'address' | 'unaddress'
      name: string
      address: string
      prefix: number
      broadcast?: string
      /** IPv6: looks for a duplicate first, until then nobody can bind to it. */
      detect?: boolean
    }
  | {
      op: 'route' | 'unroute'
      family: 'inet' | 'inet6'
      destination: string
      prefix: number
      gateway?: string
      name?: string
      reject?: 'reject' | 'blackhole'
    }

/** Where the real interfaces are: makes in Linux namespaces what the model says. */
export interface NetBackend {
  /**
   * Does the operations in order in a stack (by its id; 0: the host's) and stops at the first that fails; gives what
   * was wrong, undefined for success.
   */
  run(vnet: number, operations: readonly LinkOperation[]): string | undefined
}

/** The backend that keeps nothing real: for tests of the rules, and where Linux lacks what is asked. */
export const modelOnly: NetBackend = { run: () => undefined }
