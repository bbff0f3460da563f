/** Checks interfaces against each other: names, routes, addresses and MTUs that do not go together. */
import { inNetwork } from '../core/addresses.ts'
import type { Context } from '../core/context.ts'
import type { JailPlan } from '../jail/jail.ts'
import { type Gateway, isLinkLocal, isLoopback } from './gateways.ts'
import type { OwnInterface } from './own-interface.ts'
import { checkTakenAddresses } from './taken-addresses.ts'

/** A default route that can be added. */
export interface Routed {
  gateway: Gateway
  /** The interface over which a gateway outside all networks gets a host route. */
  over?: string
  /** The annotation. */
  origin: string
}

/** Makes all checks of a jail with its own network stack; gives the default routes in the order of their addition. */
export function checkNetwork(context: Context, jail: JailPlan, own: readonly OwnInterface[]): Routed[] {
  checkNames(context, jail, own)
  checkMtus(context, own)
  checkTakenAddresses(context, own)
  return checkRoutes(context, own)
}

/** Refuses two interfaces of one name: the kernel allows them (docs/freebsd/network.md), but no tool tells them apart. */
function checkNames(context: Context, jail: JailPlan, own: readonly OwnInterface[]): void {
  const taken = new Map([['lo0', 'every network stack has one']])
  for (const { name, origins } of own) taken.set(name, `it is the name of the interface of ${origins.name}`)
  for (const { name, origin } of jail.interfaces) {
    const why = taken.get(name)
    if (why === undefined) taken.set(name, `${origin} names it already`)
    else context.fail(origin, `${name} cannot be moved in: ${why}`)
  }
}

/** Refuses what route(8) could not add: a second default route of a family, a gateway to which no interface leads. */
function checkRoutes(context: Context, own: readonly OwnInterface[]): Routed[] {
  const routed: Routed[] = []
  const seen = new Map<4 | 6, string>()
  const wrong = new Set(context.errors.map(({ subject }) => subject))
  for (const one of own) {
    const origin = one.origins.gateway
    if (wrong.has(origin)) continue
    for (const gateway of one.gateways) {
      const { address, version } = gateway
      const before = seen.get(version)
      if (before !== undefined && before !== origin)
        context.fail(origin, `${address}: the default route for IPv${version} is that of ${before}`)
      seen.set(version, origin)
      const over = reachedOver(context, own, one, gateway, wrong)
      routed.push({ gateway, origin, ...(over === undefined ? {} : { over }) })
    }
  }
  return routed
}

/**
 * The interface that leads to a gateway outside all networks, as providers of single addresses (/32, /128) have them;
 * undefined where the gateway needs no host route.
 */
function reachedOver(
  context: Context,
  own: readonly OwnInterface[],
  { addresses, name, origins }: OwnInterface,
  gateway: Gateway,
  wrong: ReadonlySet<string | undefined>,
): string | undefined {
  const { address, version, zone } = gateway
  const origin = origins.gateway
  if (isLinkLocal(gateway)) {
    if (!own.some(one => one.name === zone))
      context.fail(
        origin,
        `${address}%${zone}: ${zone} is no interface of annotations["org.jailwright.net.*"]`,
      )
    return undefined
  }
  const near = own.flatMap(one => one.addresses).filter(each => each.version === version)
  if (isLoopback(gateway) || near.some(({ text }) => inNetwork(address, text))) return undefined
  // An address with an error may be the one whose network holds the gateway.
  if ([...wrong].some(subject => subject !== undefined && isAddress(subject))) return undefined
  const mine = addresses.filter(each => each.version === version)
  if (mine.length === 0) {
    const why =
      near.length === 0
        ? `no interface of annotations["org.jailwright.net.*"] has an IPv${version} address to reach it by`
        : `it is in no network of the interfaces (${near.map(({ text }) => text).join(', ')}), and ${name} has no IPv${version} address`
    context.fail(origin, `${address}: ${why}`, { lacks: isAddress })
    return undefined
  }
  context.fate(origin, 'translated', `a host route over ${name}, then the default route`)
  if (!mine.some(({ text }) => text.endsWith(version === 4 ? '/32' : '/128')))
    context.warn(
      `${origin}: ${address} is in no network of the interfaces (${near.map(({ text }) => text).join(', ')}): a route over ${name} leads to it`,
    )
  return name
}

function isAddress(property: string): boolean {
  return property === 'annotations' || /^annotations\["org\.jailwright\.net\.\d+\.address"\]$/.test(property)
}

/** Refuses an MTU other than the bridge's: a bridge gives all members that of its first one (docs/freebsd/network.md). */
function checkMtus(context: Context, own: readonly OwnInterface[]): void {
  const mtus = new Map<string, number>()
  for (const { bridge, mtu, origins } of own) {
    // The question runs a tool, so it is asked only where there is an MTU to compare.
    if (!mtus.has(bridge) && own.some(other => other.bridge === bridge && other.mtu !== undefined)) {
      const found = context.facts.bridge?.(bridge)
      mtus.set(bridge, found && found.members > 0 ? found.mtu : (mtu ?? 1500))
    }
    const common = mtus.get(bridge)
    if (mtu === undefined || common === undefined || mtu === common) continue
    context.fate(origins.mtu, 'translated', `inside; the end on ${bridge} has the bridge's, ${common}`)
    if (mtu > common)
      context.warn(
        `${origins.mtu}: ${mtu} inside, but every member of ${bridge} has its MTU of ${common}: larger packets are lost`,
      )
  }
}
