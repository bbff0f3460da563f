/** What is wrong with interfaces that are each right by themselves: names, routes and MTUs that do not go together. */
import { inNetwork } from '../core/addresses.ts'
import type { Context } from '../core/context.ts'
import type { JailPlan } from '../jail/jail.ts'
import type { OwnInterface } from './network.ts'

/** All checks of a jail with a stack of its own. */
export function checkNetwork(context: Context, jail: JailPlan, own: readonly OwnInterface[]): void {
  checkNames(context, jail, own)
  checkRoutes(context, own)
  checkMtus(context, own)
}

/** The kernel lets two interfaces of one name stand in a stack (network.md section 2), where no tool tells them apart. */
function checkNames(context: Context, jail: JailPlan, own: readonly OwnInterface[]): void {
  const taken = new Map([['lo0', 'every network stack has one']])
  for (const { name, origins } of own) taken.set(name, `it is the name of the interface of ${origins.name}`)
  for (const { name, origin } of jail.interfaces) {
    const why = taken.get(name)
    if (why === undefined) taken.set(name, `${origin} names it already`)
    else context.fail(origin, `${name} cannot be moved in: ${why}`)
  }
}

/** What route(8) could not add: a second default route of a family, a gateway that no interface leads to. */
function checkRoutes(context: Context, own: readonly OwnInterface[]): void {
  const routes = new Map<4 | 6, string>()
  const networks = own.flatMap(one => one.addresses)
  const wrong = new Set(context.errors.map(({ subject }) => subject))
  for (const { gateways, origins } of own) {
    if (wrong.has(origins.gateway)) continue
    for (const { address, version } of gateways) {
      const before = routes.get(version)
      if (before !== undefined && before !== origins.gateway)
        context.fail(origins.gateway, `${address}: the default route for IPv${version} is that of ${before}`)
      routes.set(version, origins.gateway)
      const near = networks.filter(each => each.version === version)
      if (isOnLink(address) || near.some(({ text }) => inNetwork(address, text))) continue
      // An address that was wrong may be the one that leads there.
      if ([...wrong].some(subject => subject !== undefined && isAddress(subject))) continue
      const why =
        near.length === 0
          ? `no interface of annotations["org.jailwright.net.*"] has an IPv${version} address to reach it by`
          : `it is in no network of the interfaces (${near.map(({ text }) => text).join(', ')})`
      context.fail(origins.gateway, `${address}: ${why}`, { lacks: isAddress })
    }
  }
}

function isAddress(property: string): boolean {
  return property === 'annotations' || /^annotations\["org\.jailwright\.net\.\d+\.address"\]$/.test(property)
}

/** Reached without an address of ours: lo0's own, and IPv6 on the link. */
function isOnLink(address: string): boolean {
  return ['127.0.0.1/8', '::1/128', 'fe80::/10'].some(network => inNetwork(address, network))
}

/** A bridge gives all its members the MTU of its first one (network.md section 4), whatever the inner end has. */
function checkMtus(context: Context, own: readonly OwnInterface[]): void {
  const mtus = new Map<string, number>()
  for (const { bridge, mtu, origins } of own) {
    // Asked only when there is something to compare: it is a tool's run.
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
