/** Duplicate address detection of IPv6 (sys/netinet6/nd6_nbr.c): an address is tentative for about a second. */
import type { InterfaceAddress } from './address.ts'
import { FLAG, type Interface, ND6 } from './interface.ts'
import type { NetworkBelow } from './surroundings.ts'

/** One probe (net.inet6.ip6.dad_count) and the time that an answer may take, in milliseconds. */
const DETECTION = 1000

/** Does this interface look for duplicates of its addresses? Not a loopback, and not with `no_dad`. */
export function detects(below: NetworkBelow, item: Interface): boolean {
  return below.around.detectsDuplicates(item.vnet) && item.kind !== 'lo' && (item.nd6 & ND6.NO_DAD) === 0
}

/** Starts detection for an address; on an interface that is down it stays tentative. Gives the same address. */
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

/** Is an address tentative (IN6_IFF_TENTATIVE) at a time? bind(2) to it is EADDRNOTAVAIL then. */
export function isTentative(entry: InterfaceAddress, now: number): boolean {
  return entry.tentativeUntil !== undefined && now < entry.tentativeUntil
}
