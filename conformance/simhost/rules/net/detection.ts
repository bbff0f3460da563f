/** Duplicate address detection of IPv6 (sys/netinet6/nd6_nbr.c): an address is tentative for about a second. */
import type { InterfaceAddress } from './address.ts'
import { FLAG, type Interface, ND6 } from './interface.ts'
import type { NetworkBelow } from './surroundings.ts'

/**
 * One probe (net.inet6.ip6.dad_count) and the time that an answer may take, in milliseconds. Linux takes a second; ifconfig(8)
 * shows an address as tentative a little longer, so that it never says that an address works while bind(2) still refuses it.
 */
const DETECTION = 1100

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
  if ((item.flags & FLAG.UP) === 0) {
    entry.tentativeUntil = Number.POSITIVE_INFINITY
    return entry
  }
  entry.duplicated = isTaken(item, entry.address, below.around.now())
  entry.tentativeUntil = entry.duplicated ? undefined : below.around.now() + DETECTION
  return entry
}

/** Whether another station on the link answers for the address: one that is up, and is not itself looking for duplicates. */
function isTaken(item: Interface, address: string, now: number): boolean {
  return stationsOf(item).some(
    other =>
      (other.flags & FLAG.UP) !== 0 &&
      other.addresses.some(
        known => known.address === address && !known.duplicated && !isTentative(known, now),
      ),
  )
}

/** The interfaces on the link of an interface: its other end, or what is on the bridge in the same VLAN. */
function stationsOf(item: Interface): Interface[] {
  const port = item.bridge === undefined ? item.peer : item
  const bridge = port?.bridge
  if (port === undefined || bridge === undefined) return item.peer === undefined ? [] : [item.peer]
  const vlan = port.port?.untagged ?? 0
  const members = bridge.members.filter(member => (member.port?.untagged ?? 0) === vlan)
  const stations = members.flatMap(member => (member.peer === undefined ? [member] : [member, member.peer]))
  return [...(vlan === 0 ? [bridge] : []), ...stations].filter(station => station !== item)
}

/** Whether an address is tentative (IN6_IFF_TENTATIVE) at a time, so that bind(2) to it gives EADDRNOTAVAIL. */
export function isTentative(entry: InterfaceAddress, now: number): boolean {
  return entry.tentativeUntil !== undefined && now < entry.tentativeUntil
}
