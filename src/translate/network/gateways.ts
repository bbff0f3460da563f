/** Default routes of an interface: gateways with or without a zone. */
import { inNetwork, ipVersion } from '../core/addresses.ts'

/** The next hop of a default route. */
export interface Gateway {
  address: string
  version: 4 | 6
  /** The interface of a link-local address: the one that the zone names, else the one of the annotation. */
  zone?: string
}

/** Reads a comma list of addresses; `fail` is called for each wrong one. `name` is the interface's name in the jail. */
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

/** True for an IPv6 address that is valid on its link only and needs the name of an interface. */
export function isLinkLocal({ address, version }: Gateway): boolean {
  return version === 6 && inNetwork(address, 'fe80::/10')
}

/** True for a loopback address. */
export function isLoopback({ address }: Gateway): boolean {
  return inNetwork(address, '127.0.0.0/8') || inNetwork(address, '::1/128')
}

/** A gateway as route(8) takes it. */
export function gatewayText({ address, zone }: Gateway): string {
  return zone === undefined ? address : `${address}%${zone}`
}
