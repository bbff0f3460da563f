/** One change of a real interface, in Linux's terms and with Linux's names. */
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
  /** Linux makes no link-local address by itself, since the model says which addresses exist. */
  | { op: 'quiet'; name: string }
  /** Moves the interface to another stack under another name; `vnet` is as in `NetBackend.run`. */
  | { op: 'move'; name: string; vnet: number; to: string }
  | {
      op: 'address' | 'unaddress'
      name: string
      address: string
      prefix: number
      broadcast?: string
      /** IPv6: Linux looks for a duplicate first, and until then nobody can bind to the address. */
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

/** Makes real interfaces in Linux namespaces as the model says. */
export interface NetBackend {
  /**
   * Does the operations in order in a stack, given by its id (0 is the host's), and stops at the first that fails.
   * Gives the reason, undefined for success.
   */
  run(vnet: number, operations: readonly LinkOperation[]): string | undefined
}

/** The backend that makes nothing real, for tests of the rules. */
export const modelOnly: NetBackend = { run: () => undefined }
