/** Addresses that another interface of the container has, another container on the bridge, or the bridge itself. */
import { inNetwork, parseCidr, sameAddress } from '../core/addresses.ts'
import type { Context } from '../core/context.ts'
import type { OwnInterface } from './own-interface.ts'

/**
 * Checks the addresses of the container's interfaces, and its gateways. A MAC address that is on the bridge already is
 * refused: the bridge sends to its last sender only (sys/net/if_bridge.c, bridge_rtupdate). An IP address that is on the
 * bridge already is warned of: its owner may be a container that is stopped, or about to be replaced.
 */
export function checkTakenAddresses(context: Context, own: readonly OwnInterface[]): void {
  own.forEach((one, index) => {
    const before = own.slice(0, index)
    checkMacs(context, one, before)
    checkAddresses(context, one, before)
    checkBridge(context, one)
    for (const { address } of one.gateways)
      if (own.some(other => hasAddress(other, address)))
        context.fail(one.origins.gateway, `${address} is an address of the container itself`)
  })
}

function checkMacs(
  context: Context,
  { mac, macGiven, bridge, origins }: OwnInterface,
  before: readonly OwnInterface[],
): void {
  const twin = before.find(other => other.mac === mac && other.bridge === bridge)
  if (macGiven && twin)
    context.fail(origins.mac, `${mac} is the address of interface ${twin.index} on ${bridge} already`)
}

function checkAddresses(context: Context, one: OwnInterface, before: readonly OwnInterface[]): void {
  for (const address of globalAddresses(one)) {
    const twin = before.find(other => hasAddress(other, address))
    if (twin) context.fail(one.origins.address, `${address} is an address of interface ${twin.index} already`)
  }
}

function checkBridge(context: Context, one: OwnInterface): void {
  const { mac, macGiven, bridge, vlan, origins } = one
  const addresses = globalAddresses(one)
  const wanted = [...(macGiven ? [mac] : []), ...addresses]
  if (wanted.length === 0) return
  const owners = context.facts.addressesOnBridge?.(bridge, wanted, vlan)
  const ownerOf = (address: string) => {
    const owner = owners?.get(address)
    return owner === `container ${context.id}` ? undefined : owner
  }
  const twin = macGiven ? ownerOf(mac) : undefined
  if (twin !== undefined) context.fail(origins.mac, `${mac} on ${bridge} is the address of ${twin} already`)
  for (const address of addresses) {
    const owner = ownerOf(address)
    if (owner !== undefined)
      context.warn(
        `${origins.address}: ${address} on ${bridge} is an address of ${owner} too: packets reach one or the other`,
      )
  }
}

function hasAddress(one: OwnInterface, address: string): boolean {
  return globalAddresses(one).some(other => sameAddress(other, address))
}

/** Returns the addresses without their prefixes. Link-local ones are left out: every link may have the same. */
function globalAddresses({ addresses }: OwnInterface): string[] {
  return addresses
    .map(({ text }) => parseCidr(text)?.address ?? text)
    .filter(address => !(address.includes(':') && inNetwork(address, 'fe80::/10')))
}
