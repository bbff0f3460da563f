/** Compares a container's network, as ifconfig(8) prints it, with the steps of the plan. */
import { ipVersion, parseCidr, sameAddress } from '../../translate/core/addresses.ts'
import type { Step } from '../../translate/core/plan.ts'
import type { Item } from './item.ts'

/** One interface in the output of ifconfig(8). */
export interface Interface {
  readonly name: string
  readonly up: boolean
  readonly mtu: number
  readonly ether?: string
  readonly addresses: readonly string[]
  readonly members: readonly string[]
}

/**
 * Parses the output of `ifconfig -a`. An interface's description may contain lines that imitate other lines, so the
 * first occurrence of a name or address wins.
 */
export function parseInterfaces(text: string): Map<string, Interface> {
  const found = new Map<string, Interface & { addresses: string[]; members: string[] }>()
  let current: (Interface & { addresses: string[]; members: string[]; ether?: string }) | undefined
  for (const line of text.split('\n')) {
    const head = /^([^\s:]+): flags=[0-9a-f]+<([^>]*)>.* mtu (\d+)/.exec(line)
    if (head) {
      const [, name = '', flags = '', mtu] = head
      current = { name, up: flags.split(',').includes('UP'), mtu: Number(mtu), addresses: [], members: [] }
      if (!found.has(name)) found.set(name, current)
      continue
    }
    if (!current) continue
    const [, word, value] = /^\s+(ether|inet6?|member:) ([^\s%]+)/.exec(line) ?? []
    if (value === undefined) continue
    if (word === 'ether') current.ether ??= value
    else if (word === 'member:') current.members.push(value)
    else current.addresses.push(value)
  }
  return found
}

/** The interfaces that the host has now. */
export interface Network {
  /** Interfaces inside the jail; undefined when the jail has no network stack of its own or does not exist. */
  readonly inside: ReadonlyMap<string, Interface> | undefined
  /** Interfaces of the host. */
  readonly outside: ReadonlyMap<string, Interface>
  /** Gateway of the default route by `-4` and `-6`, undefined where there is none; left out when nothing tells. */
  readonly gateways?: Readonly<Record<string, string | undefined>>
}

/** The default route that a step adds: its family as route(8)'s option, and its gateway. */
export function defaultRouteOf(
  step: Step,
  jail: string,
): { family: '-4' | '-6'; gateway: string } | undefined {
  if (step.kind !== 'run' || step.call.tool !== 'route') return undefined
  const [, of, ...args] = step.call.args
  const family = args[0] === '-6' ? '-6' : '-4'
  const [add, what, gateway] = family === '-6' ? args.slice(1) : args
  if (of !== jail || add !== 'add' || what !== 'default' || gateway === undefined) return undefined
  return { family, gateway }
}

/** True for two spellings of one gateway, which may have the zone of its link (`fe80::1%vnet0`). */
function isSameGateway(found: string | undefined, planned: string): boolean {
  if (found === undefined || found === planned) return found === planned
  const [[one = '', zone], [other = '', otherZone]] = [found.split('%'), planned.split('%')]
  return zone === otherZone && ipVersion(one) !== 0 && ipVersion(other) !== 0 && sameAddress(one, other)
}

/** Compares each step of the plan with the interfaces, then lists the jail's interfaces that no step names. */
export function compareInterfaces(
  steps: readonly Step[],
  jail: string,
  { inside, outside, gateways }: Network,
): Item[] {
  const items: Item[] = []
  const known = new Set<string>()
  const expect = (name: string, planned: string, good: boolean, found?: string) =>
    void items.push({
      name,
      mark: good ? 'ok' : 'drift',
      planned,
      ...(good || found === undefined ? {} : { found }),
      ...(good || found !== undefined ? {} : { note: 'not there' }),
    })
  const address = (where: ReadonlyMap<string, Interface> | undefined, name: string, text: string) => {
    const plain = text.split('/')[0]!
    const has = where?.get(name)?.addresses.some(other => sameAddress(other, plain)) ?? false
    expect(name, `address ${text}`, has)
  }
  for (const step of steps) {
    const route = defaultRouteOf(step, jail)
    if (route !== undefined) {
      const now = gateways?.[route.family]
      const name = route.family === '-6' ? 'default route of IPv6' : 'default route'
      const planned = `gateway ${route.gateway}`
      if (gateways === undefined && inside !== undefined) items.push({ name, mark: 'unknown', planned })
      else expect(name, planned, isSameGateway(now, route.gateway), now && `gateway ${now}`)
    } else if (step.kind === 'loopback') {
      known.add('lo0')
      address(inside, 'lo0', '127.0.0.1/8')
      if (step.ipv6) address(inside, 'lo0', '::1/128')
    } else if (step.kind === 'move-interface') {
      known.add(step.interface)
      expect(step.interface, 'in the jail', inside?.has(step.interface) ?? false)
    } else if (step.kind === 'run' && step.call.tool === 'ifconfig') {
      const { args } = step.call
      const ours = args[0] === '-j' && args[1] === jail
      const [name = '', word = '', value = ''] = args[0] === '-j' ? args.slice(2) : args
      if (args[0] === '-j' && !ours) continue
      const here = (ours ? inside : outside)?.get(name)
      if (word === 'addm') expect(name, `member ${value}`, here?.members.includes(value) ?? false)
      else if (word === 'vnet' && value === jail) continue
      else if (name.includes('%{') || name === 'epair') continue
      else if ((word === 'inet' || word === 'inet6') && parseCidr(value))
        address(ours ? inside : outside, name, value)
      else if (word === 'ether') expect(name, `ether ${value}`, here?.ether === value, here?.ether)
      else if (word === 'mtu')
        expect(name, `mtu ${value}`, here?.mtu === Number(value), here && `mtu ${here.mtu}`)
      else if (word === 'up') expect(name, 'up', here?.up ?? false, here && 'down')
      if (ours) known.add(word === 'name' ? value : name)
    }
  }
  for (const [name, { up, addresses }] of inside ?? []) {
    if (known.has(name)) continue
    items.push({
      name,
      mark: 'other',
      found: [up ? 'up' : 'down', ...addresses].join(' '),
      note: 'not of the plan',
    })
  }
  return items
}
