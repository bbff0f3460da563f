/** What the rules of the network ask of what is around them and below them. */
import type { LinkOperation, NetBackend } from './backend.ts'
import type { Vnet } from './interface.ts'

/** What the network part asks of the rest of the simulated kernel. */
export interface NetSurroundings {
  backend: NetBackend
  /** Loads a module as `ifconfig create` does, silently; false when there is no such module. */
  loadModule(name: string): boolean
  /** A tun or tap device came or went. */
  tunnelChanged(name: string, present: boolean): void
  /** sysctl net.link.bridge.member_ifaddrs. */
  memberAddresses(): boolean
  /** Does a stack look for duplicates of IPv6 addresses (net.inet6.ip6.dad_count)? */
  detectsDuplicates(vnet: Vnet): boolean
  /** The clock, in milliseconds. */
  now(): number
}

/** What a change of one interface needs: the surroundings, and a way to make the change real (`NetKernel` has both). */
export interface NetworkBelow {
  readonly around: NetSurroundings
  /** Makes real what the model says. Gives the reason of a failure, undefined for success. */
  real(vnet: Vnet, operations: readonly LinkOperation[]): string | undefined
}
