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

/** Outputs of ifconfig(8) that mean an interface or address is gone already (network.md sections 1 to 3). */
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
 * Aliases of a classic jail, made before the jail as jail(8) does it. jail(8) itself is not told about the interface:
 * the jail ends by jail_remove(2), which would leave the alias (measured.md). An address that the interface had before
 * is left alone, or `delete` would take the host's own away. Where the parent is a vnet jail, the interface is that
 * jail's: a child without a stack of its own uses its parent's (jail.md section 9).
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
 * What is done once the jail exists: lo0 first, then own epairs, their default routes (which may lead over any of them),
 * then interfaces that are moved in.
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
 * One epair. The command that makes it also gives it the description by which the undo finds it: it has no name of
 * ours before the second command, and the number that the kernel chose may be another's by the time of the undo.
 * Destroying one end destroys both, wherever the other is.
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
  // Before the bridge: its members' MTU cannot be changed later (network.md section 4).
  if (one.mtu !== undefined) steps.push(step(ifconfig([host, 'mtu', one.mtu]), origins.mtu))
  // Before the bridge as well: it takes from all its members what one of them cannot do (if_bridge.c bridge_mutecaps).
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
 * - `no_dad`: an address is tentative for about a second while the kernel looks for another that has it, and bind(2) to
 *   it fails with EADDRNOTAVAIL; a server that is started at once would end (in6.c in6if_do_dad, inet6(4)).
 * - `-ifdisabled`: IPv6 is off until the interface has its first address, the link-local one too (nd6.c nd6_ifattach).
 */
function ipv6Flags(one: OwnInterface): [origin: string, words: string[]][] {
  const { slaac, dad, addresses, origins } = one
  const off = dad === 'off' ? ['no_dad'] : []
  if (slaac) return [[origins.address, ['-ifdisabled', ...off, 'accept_rtadv']]]
  if (!addresses.some(({ version }) => version === 6)) return [[origins.gateway, ['-ifdisabled', ...off]]]
  return off.length > 0 ? [[origins.dad, off]] : []
}

/** Waits until the kernel has found no other that has an address of the interface. */
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

/** As long as create waits for duplicate address detection: net.inet6.ip6.dad_count probes of a second each are one. */
const DAD_SECONDS = 10

/** One default route; where the gateway is in no network, a route to it over the interface comes first. */
function routeSteps(jailName: string, { gateway, over, origin }: Routed): RunStep[] {
  const family = gateway.version === 4 ? [] : ['-6']
  const route = (...args: string[]) =>
    step({ tool: 'route', args: ['-j', jailName, ...family, 'add', ...args] }, origin)
  return [
    ...(over === undefined ? [] : [route('-host', gateway.address, '-iface', over)]),
    route('default', gatewayText(gateway)),
  ]
}
