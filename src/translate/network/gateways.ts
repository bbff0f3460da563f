/** Default routes of an interface: gateways with or without a zone. */
import { inNetwork, ipVersion } from '../core/addresses.ts'

/** The next hop of a default route. */
export interface Gateway {
  address: string
  version: 4 | 6
  /** The interface of a link-local address, as the zone names it or else the one whose annotation it is. */
  zone?: string
}

/** Reads a comma list of addresses; each that is wrong is told to `fail`. `name`: the interface inside. */
export function readGateways(
  value: string | undefined,
  name: string,
  fail: (text: string) => void,
): Gateway[] {
  const gateways = (value ?? '')
    .split(',')
    .map(part => part.trim())
    .filter(part => part !== '')
    .flatMap((text): Gateway[] => {
      const percent = text.indexOf('%')
      const address = percent === -1 ? text : text.slice(0, percent)
      const version = ipVersion(address)
      if (version === 0) {
        fail(`${text}: must be an address`)
        return []
      }
      if (!isLinkLocal({ address, version })) {
        if (percent === -1) return [{ address, version }]
        fail(`${text}: only a link-local address (fe80::/10) has a zone`)
        return []
      }
      return [{ address, version, zone: percent === -1 ? name : text.slice(percent + 1) }]
    })
  for (const version of [4, 6] as const)
    if (gateways.filter(gateway => gateway.version === version).length > 1) fail(`two for IPv${version}`)
  return gateways
}

/** True for an IPv6 address that is known on its link only, and goes by the name of an interface. */
export function isLinkLocal({ address, version }: Gateway): boolean {
  return version === 6 && inNetwork(address, 'fe80::/10')
}

/** True for an address of lo0 itself. */
export function isLoopback({ address }: Gateway): boolean {
  return inNetwork(address, '127.0.0.0/8') || inNetwork(address, '::1/128')
}

/** A gateway as route(8) takes it. */
export function gatewayText({ address, zone }: Gateway): string {
  return zone === undefined ? address : `${address}%${zone}`
}
