/** Network of a container: lo0, own epairs (annotations `org.jailwright.net.<n>.*`), moved interfaces, aliases. */
import { parseCidr, sameAddress } from '../core/addresses.ts'
import { annotationPath, type Context } from '../core/context.ts'
import { epairNames, isInterfaceName, macOf } from '../core/names.ts'
import type { RunStep, Step, ToolCall } from '../core/plan.ts'
import type { JailPlan } from '../jail/jail.ts'
import { stackOwner } from '../jail/parent-grants.ts'
import { checkNetwork } from './checks.ts'

const PREFIX = 'org.jailwright.net.'
const KEYS = ['bridge', 'address', 'gateway', 'name', 'mtu', 'mac', 'vlan'] as const
type Key = (typeof KEYS)[number]

/** An epair of the container's own, as asked for. */
export interface OwnInterface {
  index: number
  /** Where each is said; of what is not, where the interface itself is asked for. */
  origins: Readonly<Record<Key, string>>
  bridge: string
  name: string
  addresses: { text: string; version: 4 | 6 }[]
  gateways: { address: string; version: 4 | 6 }[]
  mtu?: number
  mac: string
  vlan?: number
}

/** Outputs of ifconfig(8) that mean an interface or address is gone already (network.md sections 1 to 3). */
const GONE = ['does not exist', "Can't assign requested address", 'Device not configured']
/** Of `ifconfig -j`: the jail has taken its interfaces with it. */
const JAIL_GONE = ['jail not found', 'cannot attach to jail']

/** Reads the annotations; what is wrong is said by annotation. */
export function collectInterfaces(context: Context): OwnInterface[] {
  const groups = new Map<number, Partial<Record<Key, string>>>()
  for (const [annotation, value] of Object.entries(context.annotations)) {
    if (!annotation.startsWith(PREFIX)) continue
    const match = /^([0-9]{1,2})\.([a-z]+)$/.exec(annotation.slice(PREFIX.length))
    const key = KEYS.find(each => each === match?.[2])
    if (!match || !key) {
      context.fail(annotationPath(annotation), `must be ${PREFIX}<number>.<one of ${KEYS.join(', ')}>`)
      continue
    }
    const index = Number(match[1])
    groups.set(index, { ...groups.get(index), [key]: value.trim() })
    context.fate(annotationPath(annotation), 'translated', `epair ${index}`)
  }
  const interfaces = [...groups]
    .sort(([a], [b]) => a - b)
    .map(([index, keys]) => readInterface(context, index, keys))
  const seen = new Map<string, number>()
  for (const one of interfaces) {
    const twin = seen.get(one.name)
    if (twin !== undefined)
      context.fail(at(one.index, 'name'), `${one.name} is the name of interface ${twin} already`, {
        lacks: property => property === at(twin, 'name'),
      })
    seen.set(one.name, one.index)
  }
  return interfaces
}

function at(index: number, key: Key): string {
  return annotationPath(`${PREFIX}${index}.${key}`)
}

function readInterface(context: Context, index: number, keys: Partial<Record<Key, string>>): OwnInterface {
  const fail = (key: Key, text: string) => context.fail(at(index, key), text)
  const bridge = keys.bridge ?? ''
  if (!isInterfaceName(bridge)) {
    fail(
      'bridge',
      keys.bridge === undefined ? 'missing: the bridge that the epair joins' : `${bridge} is no interface`,
    )
  }
  const name = keys.name ?? `vnet${index}`
  if (!isInterfaceName(name) || name === 'lo0')
    fail('name', `${name} is no name for an interface (15 characters)`)
  const addresses = list(keys.address).flatMap(text => {
    const cidr = parseCidr(text)
    if (cidr?.prefix !== undefined) return { text: `${cidr.address}/${cidr.prefix}`, version: cidr.version }
    fail('address', `${text}: must be ADDRESS/PREFIX`)
    return []
  })
  const gateways = list(keys.gateway).flatMap(text => {
    const cidr = parseCidr(text)
    if (cidr && cidr.prefix === undefined) return { address: cidr.address, version: cidr.version }
    fail('gateway', `${text}: must be an address`)
    return []
  })
  for (const version of [4, 6] as const) {
    if (gateways.filter(gateway => gateway.version === version).length > 1)
      fail('gateway', `two for IPv${version}`)
  }
  const mtu = number(keys.mtu, 68, 65_535)
  if (mtu === false) fail('mtu', `${keys.mtu}: must be from 68 to 65535`)
  const vlan = number(keys.vlan, 1, 4094)
  if (vlan === false) fail('vlan', `${keys.vlan}: must be from 1 to 4094`)
  const mac = keys.mac?.toLowerCase() ?? macOf(context.id, index)
  // The lowest bit of the first byte marks a group address.
  if (!/^[0-9a-f][02468ace](:[0-9a-f]{2}){5}$/.test(mac) || mac === '00:00:00:00:00:00')
    fail('mac', `${keys.mac}: must be a unicast MAC address`)
  return {
    index,
    origins: Object.fromEntries(
      KEYS.map(key => [key, at(index, keys[key] === undefined ? 'bridge' : key)]),
    ) as Record<Key, string>,
    bridge,
    name,
    addresses,
    gateways,
    mac,
    ...(mtu ? { mtu } : {}),
    ...(vlan ? { vlan } : {}),
  }
}

function list(text: string | undefined): string[] {
  return (text ?? '')
    .split(',')
    .map(part => part.trim())
    .filter(part => part !== '')
}

/** undefined when absent, false when it is no number of the range. */
function number(text: string | undefined, low: number, high: number): number | undefined | false {
  if (text === undefined) return undefined
  const value = /^[0-9]{1,5}$/.test(text) ? Number(text) : Number.NaN
  return value >= low && value <= high ? value : false
}

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
  own: readonly OwnInterface[],
): Step[] {
  if (!jail.vnet) return []
  checkNetwork(context, jail, own)
  const steps: Step[] = [step(ifconfig(['-j', jailName, 'lo0', 'inet', '127.0.0.1/8', 'up']), 'vnet=new')]
  if (context.facts.jailParam('ip6') !== undefined) {
    steps.push(step(ifconfig(['-j', jailName, 'lo0', 'inet6', '::1/128']), 'vnet=new'))
  }
  for (const one of own) steps.push(...epairSteps(context, jailName, one))
  for (const one of own) steps.push(...routeSteps(jailName, one))
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
  steps.push(
    step(ifconfig([one.bridge, 'addm', host, ...vlan]), origins.bridge),
    step(ifconfig([host, 'up']), origins.bridge),
    step(ifconfig([jail, 'vnet', jailName]), origins.bridge),
    step(ifconfig(['-j', jailName, jail, 'name', one.name]), origins.name),
    inside(origins.mac, 'ether', one.mac),
  )
  if (one.mtu !== undefined) steps.push(inside(origins.mtu, 'mtu', one.mtu))
  for (const { text, version } of one.addresses) {
    steps.push(inside(origins.address, version === 4 ? 'inet' : 'inet6', text, 'alias'))
  }
  steps.push(inside(origins.bridge, 'up'))
  return steps
}

function routeSteps(jailName: string, { gateways, origins }: OwnInterface): RunStep[] {
  return gateways.map(({ address, version }) => {
    const family = version === 4 ? [] : ['-6']
    return step(
      { tool: 'route', args: ['-j', jailName, ...family, 'add', 'default', address] },
      origins.gateway,
    )
  })
}
