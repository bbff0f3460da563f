import { KernelError } from '../../text/errno.ts'
import type { Output } from '../../text/output.ts'
import type { InterfaceAddress } from './address.ts'
import type { Interface, Vnet } from './interface.ts'
import type { NetKernel } from './kernel.ts'

/** Who runs ifconfig(8) and what it can reach. */
export interface NetCaller {
  kernel: NetKernel
  /** The stack of the caller's jail. */
  vnet: Vnet
  /** Root on the host or in a vnet jail; a classic jail may look only. */
  privileged: boolean
  /** Whether the caller's effective uid is 0. */
  root: boolean
  /** PRIV_NET_ROUTE: as `privileged`, or a jail with allow.routing. */
  routing: boolean
  sees: (address: string) => boolean
  /** A jail by name or number relative to the caller's jail (jail_getid(3)): jid, its stack, its PRIV_NET_ROUTE. */
  jail: (name: string) => { jid: number; vnet: Vnet; routing: boolean } | undefined
}

/** An address family of ifconfig(8). */
export type Family = 'inet' | 'inet6' | 'ether' | 'link'
const FAMILIES: readonly Family[] = ['inet', 'inet6', 'ether', 'link']

/** The address family that a word names. */
export function familyOf(word: string | undefined): Family | undefined {
  if (word === 'lladdr') return 'ether'
  return FAMILIES.find(family => family === word)
}

/** Address work that ifconfig(8) puts off until all words are read. */
export interface Pending {
  address?: InterfaceAddress
  maskGiven: boolean
  /** 1 after `alias`, -1 after `-alias` or `delete`, else 0. */
  alias: number
  clear: boolean
  add: boolean
  removal?: string
}

/** One run of ifconfig(8) on one interface. */
export class Run {
  readonly out: Output
  readonly caller: NetCaller
  vnet: Vnet
  kernel: NetKernel
  item: Interface | undefined
  name: string
  family: Family = 'inet'
  pending: Pending = { maskGiven: false, alias: 0, clear: false, add: true }
  /** The name on the command line; ifconfig(8) prints the interface's name at the end when it differs. */
  typed: string
  changed = false
  vlan: { tag?: number; parent?: string } = {}

  constructor(out: Output, caller: NetCaller, name: string) {
    this.out = out
    this.caller = caller
    this.vnet = caller.vnet
    this.kernel = caller.kernel
    this.name = name
    this.typed = name
  }

  target(): Interface {
    return this.item ?? this.out.err(1, `interface ${this.name} does not exist`)
  }

  /** Makes a kernel call; err(3) prints `text`. With `perror`, EPERM reads "permission denied" (Perror of ifconfig). */
  attempt(text: string, call: () => void, perror = false): void {
    try {
      if (!this.caller.privileged) throw new KernelError('EPERM')
      call()
    } catch (error) {
      if (!(error instanceof KernelError)) throw error
      if (perror && error.errno === 'EPERM') this.out.err(1, `${text}: permission denied`)
      if (perror && error.errno === 'ENXIO') this.out.err(1, `${text}: no such interface`)
      this.out.err(1, `${text}: ${error.message}`)
    }
  }
}
