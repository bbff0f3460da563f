/** Steps of a container's network: lo0, epairs of its own, moved interfaces, aliases of the host's interfaces. */
import { sameAddress } from '../core/addresses.ts'
import type { Context } from '../core/context.ts'
import { epairNames } from '../core/names.ts'
import type { RunStep, Step, ToolCall } from '../core/plan.ts'
import type { JailPlan } from '../jail/jail.ts'
import { stackOwner } from '../jail/parent-grants.ts'
import { checkNetwork, type Routed } from './checks.ts'
import { gatewayText } from './gateways.ts'
import { type OwnInterface, type OwnNetwork, usesIpv6 } from './own-interface.ts'

/** Outputs of ifconfig(8) about an interface or an address that is gone already. */
const GONE = ['does not exist', "Can't assign requested address", 'Device not configured']
/** Of `ifconfig -j`: the jail has taken its interfaces with it. */
const JAIL_GONE = ['jail not found', 'cannot attach to jail']

function step(call: ToolCall, origin: string, undo: readonly ToolCall[] = [], capture?: string): RunStep {
  return { kind: 'run', call, undo, origin, ...(capture === undefined ? {} : { capture }) }
}

function ifconfig(args: readonly (string | number)[], ignore?: readonly string[]): ToolCall {
  return { tool: 'ifconfig', args: args.map(String), ...(ignore === undefined ? {} : { ignore }) }
}

/**
 * Aliases of a classic jail, made before the jail, as jail(8) makes them. They are steps of their own because
 * jail_remove(2), which ends the jail, leaves aliases behind. An address that the interface had before is left alone, since
 * `delete` would otherwise remove an address of the host. Where the parent is a vnet jail, the interface is the parent's: a
 * child without a network stack of its own uses that of its parent.
 */
export function aliasSteps(context: Context, jail: JailPlan): RunStep[] {
  if (jail.aliases.length === 0) return []
  const owner = stackOwner(context, jail.parent)
  const inside = owner === undefined ? [] : ['-j', owner]
  const gone = owner === undefined ? GONE : [...GONE, ...JAIL_GONE]
  const present = context.facts.interfaceAddresses?.(owner)
  return jail.aliases.flatMap(({ interface: name, address, prefix, version, origin }) => {
    if (present?.get(name)?.some(other => sameAddress(other, address))) {
      context.fate(origin, 'applied', `${name} has ${address} already; it stays there after delete`)
      return []
    }
    const family = version === 4 ? 'inet' : 'inet6'
    return step(ifconfig([...inside, name, family, `${address}/${prefix}`, 'alias']), origin, [
      ifconfig([...inside, name, family, address, '-alias'], gone),
    ])
  })
}

/**
 * The steps after the jail exists: lo0, the container's own epairs, their default routes (which may lead over any of the
 * epairs), then interfaces that are moved in.
 */
export function vnetSteps(
  context: Context,
  jail: JailPlan,
  jailName: string,
  { interfaces: own, loopback }: OwnNetwork,
): Step[] {
  if (!jail.vnet) return []
  const routes = checkNetwork(context, jail, own)
  const ipv6 = context.facts.jailParam('ip6') !== undefined
  const steps: Step[] = [{ kind: 'loopback', jail: jailName, ipv6 }]
  for (const { text, version } of loopback.addresses)
    steps.push(
      step(
        ifconfig(['-j', jailName, 'lo0', version === 4 ? 'inet' : 'inet6', text, 'alias']),
        loopback.origin,
      ),
    )
  for (const one of own) steps.push(...epairSteps(context, jailName, one))
  for (const route of routes) steps.push(...routeSteps(jailName, route))
  for (const one of own) if (one.dad === 'wait' && usesIpv6(one)) steps.push(waitForDad(jailName, one))
  for (const { name, origin } of jail.interfaces) {
    steps.push({ kind: 'move-interface', interface: name, jail: jailName, origin })
  }
  return steps
}

/**
 * The steps of one epair. The command that makes the epair also gives it the description by which the undo finds it: the
 * epair gets its name only by the second command, and by the time of the undo another epair may have the number that the
 * kernel chose. Destroying one end destroys both, wherever the other end is.
 */
function epairSteps(context: Context, jailName: string, one: OwnInterface): RunStep[] {
  const { host, jail } = epairNames(context.id, one.index)
  const capture = `epair${one.index}`
  const description = `jailwright ${context.id} ${one.name}`
  const { origins } = one
  const inside = (origin: string, ...args: (string | number)[]) =>
    step(ifconfig(['-j', jailName, one.name, ...args]), origin)
  const destroy: ToolCall = { ...ifconfig(['%{interface}', 'destroy'], GONE), forDescription: description }
  const vlan = one.vlan === undefined ? [] : ['untagged', one.vlan]
  const steps = [
    step(ifconfig(['epair', 'create', 'description', description]), origins.bridge, [destroy], capture),
    step(ifconfig([`%{${capture}}`, 'name', host]), origins.bridge),
    step(ifconfig([`%{${capture}:b}`, 'name', jail]), origins.bridge),
  ]
  // The MTU is set before the epair joins the bridge, because a member's MTU cannot be changed (sys/net/if_bridge.c).
  if (one.mtu !== undefined) steps.push(step(ifconfig([host, 'mtu', one.mtu]), origins.mtu))
  // Capabilities are set before as well: a bridge switches off those that one member lacks (if_bridge.c, bridge_mutecaps).
  if (one.options.length > 0) steps.push(step(ifconfig([host, ...one.options]), origins.options))
  steps.push(
    step(ifconfig([one.bridge, 'addm', host, ...vlan]), origins.bridge),
    step(ifconfig([host, 'up']), origins.bridge),
    step(ifconfig([jail, 'vnet', jailName]), origins.bridge),
    step(ifconfig(['-j', jailName, jail, 'name', one.name]), origins.name),
    inside(origins.mac, 'ether', one.mac),
  )
  if (one.mtu !== undefined) steps.push(inside(origins.mtu, 'mtu', one.mtu))
  if (one.options.length > 0) steps.push(inside(origins.options, ...one.options))
  if (usesIpv6(one)) steps.push(...ipv6Flags(one).map(([origin, words]) => inside(origin, 'inet6', ...words)))
  for (const { text, version } of one.addresses) {
    steps.push(inside(origins.address, version === 4 ? 'inet' : 'inet6', text, 'alias'))
  }
  steps.push(inside(origins.bridge, 'up'))
  return steps
}

/**
 * Flags of IPv6 on the interface, by the annotation that asks for each.
 *
 * - `no_dad`: an address is tentative for about a second while the kernel looks for another host that has it; bind(2) to it
 *   fails with EADDRNOTAVAIL, so a server that starts at once would end (sys/netinet6/in6.c, in6if_do_dad; inet6(4)).
 * - `-ifdisabled`: otherwise IPv6, with the link-local address, is off until the interface has its first address
 *   (sys/netinet6/nd6.c, nd6_ifattach).
 */
function ipv6Flags(one: OwnInterface): [origin: string, words: string[]][] {
  const { slaac, dad, addresses, origins } = one
  const off = dad === 'off' ? ['no_dad'] : []
  if (slaac) return [[origins.address, ['-ifdisabled', ...off, 'accept_rtadv']]]
  if (!addresses.some(({ version }) => version === 6)) return [[origins.gateway, ['-ifdisabled', ...off]]]
  return off.length > 0 ? [[origins.dad, off]] : []
}

/** Waits until duplicate address detection has ended for all addresses of the interface. */
function waitForDad(jailName: string, { name, origins }: OwnInterface): RunStep {
  const call = ifconfig(['-j', jailName, name, 'inet6'])
  return {
    kind: 'run',
    call,
    undo: [],
    origin: origins.dad,
    until: { without: 'tentative', never: 'duplicated', seconds: DAD_SECONDS },
  }
}

/** Seconds that create waits for duplicate address detection, which takes net.inet6.ip6.dad_count seconds, usually one. */
const DAD_SECONDS = 10

/** The steps of one default route. A gateway in no network of the interface first gets a host route over the interface. */
function routeSteps(jailName: string, { gateway, over, origin }: Routed): RunStep[] {
  const family = gateway.version === 4 ? [] : ['-6']
  const route = (...args: string[]) =>
    step({ tool: 'route', args: ['-j', jailName, ...family, 'add', ...args] }, origin)
  return [
    ...(over === undefined ? [] : [route('-host', gateway.address, '-iface', over)]),
    route('default', gatewayText(gateway)),
  ]
}
