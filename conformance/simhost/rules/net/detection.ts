/** Duplicate address detection of IPv6 (sys/netinet6/nd6_nbr.c): an address is tentative for about a second. */
import type { InterfaceAddress } from './address.ts'
import { FLAG, type Interface, ND6 } from './interface.ts'
import type { NetworkBelow } from './surroundings.ts'

/** One probe (net.inet6.ip6.dad_count) and the time that an answer may take, in milliseconds. */
const DETECTION = 1000

/** Whether the interface looks for duplicates of its addresses: not a loopback, and not with `no_dad`. */
export function detects(below: NetworkBelow, item: Interface): boolean {
  return below.around.detectsDuplicates(item.vnet) && item.kind !== 'lo' && (item.nd6 & ND6.NO_DAD) === 0
}

/** Starts detection for an address, which stays tentative while the interface is down. Gives the same address. */
export function startDetection(
  below: NetworkBelow,
  item: Interface,
  entry: InterfaceAddress,
): InterfaceAddress {
  if (entry.family !== 'inet6' || !detects(below, item)) return entry
  const up = (item.flags & FLAG.UP) !== 0
  entry.tentativeUntil = up ? below.around.now() + DETECTION : Number.POSITIVE_INFINITY
  return entry
}

/** Whether an address is tentative (IN6_IFF_TENTATIVE) at a time, so that bind(2) to it gives EADDRNOTAVAIL. */
export function isTentative(entry: InterfaceAddress, now: number): boolean {
  return entry.tentativeUntil !== undefined && now < entry.tentativeUntil
}
