/** Parameters of the jail against those of the plan. */
import { sameAddress } from '../../translate/core/addresses.ts'
import { compared, type Item } from './item.ts'

/** Parameters by name, as the kernel tells them. */
export type Parameters = Readonly<Record<string, string>>

/** What the plan says of the jail. */
export interface PlannedJail {
  /** As jail(8) is given them; `true` is a switch that is on. */
  readonly parameters: readonly (readonly [name: string, value: string | true])[]
  /** The jail's root on the host, real path. */
  readonly path: string
  /** How many children of others have been given room by raising children.max. */
  readonly raised: number
}

/** On in a new jail, whatever the config says (kern_jail.c, jail_default_allow). */
const ON_BY_DEFAULT = new Set([
  'allow.set_hostname',
  'allow.reserved_ports',
  'allow.unprivileged_proc_debug',
  'allow.suser',
])

/**
 * Each planned parameter as it is now; then what was not planned and is a right that the jail has been given since.
 * `defaults` has the parameters `allow.*` that a new jail gets on this host by sysctl(8).
 */
export function compareParameters(
  { parameters, path, raised }: PlannedJail,
  found: Parameters,
  defaults: ReadonlySet<string> = new Set(),
): Item[] {
  const planned = new Map<string, string>([
    ['path', path],
    ...parameters.map(([name, value]) => [name, value === true ? 'true' : value] as const),
  ])
  const items = [...planned].map(([name, value]) => compareParameter(name, value, found[name], raised))
  for (const name of Object.keys(found)) {
    const value = found[name]!
    if (planned.has(name)) continue
    if (name.startsWith('allow.') && value === 'true') {
      if (ON_BY_DEFAULT.has(name) || defaults.has(name)) continue
      items.push({ name, mark: 'drift', found: value, note: 'not planned' })
    } else if (name === 'children.max' && Number(value) > raised)
      items.push({ name, mark: 'drift', found: value, note: 'not planned' })
    else if (isAddressList(name) && value !== '' && isOff(planned, name))
      items.push({ name, mark: 'drift', found: value, note: 'not planned' })
  }
  return items
}

/** Of a jail without a plan: what it has, to be read and not judged. */
export function listParameters(found: Parameters): Item[] {
  return Object.keys(found)
    .filter(name => found[name] !== '' && found[name] !== 'false')
    .map(name => ({ name, mark: 'unknown', found: found[name]! }))
}

function compareParameter(name: string, planned: string, found: string | undefined, raised: number): Item {
  if (found === undefined)
    return { name, mark: 'unknown', planned, note: 'the kernel has no such parameter to be asked for' }
  if (isAddressList(name)) return { ...compared(name, planned, found), mark: sameList(planned, found) }
  if (/^[0-9]+$/.test(planned) && /^[0-9]+$/.test(found)) {
    const room = name === 'children.max' ? raised : 0
    return {
      ...compared(name, planned, found),
      mark: Number(planned) + room === Number(found) ? 'ok' : 'drift',
    }
  }
  return compared(name, planned, found)
}

function isAddressList(name: string): boolean {
  return name === 'ip4.addr' || name === 'ip6.addr'
}

/** The jail was to have no address of this family, and has no stack of its own. */
function isOff(planned: ReadonlyMap<string, string>, list: string): boolean {
  const mode = planned.get(list.slice(0, 3))
  return planned.get('vnet') !== 'new' && (mode === undefined || mode === 'disable')
}

/** The kernel keeps the first address first and sorts the others (kern_jail.c, prison_ip_copyin). */
function sameList(planned: string, found: string): 'ok' | 'drift' {
  const [ours, theirs] = [planned, found].map(text => text.split(',').filter(part => part !== ''))
  if (ours!.length !== theirs!.length) return 'drift'
  return ours!.every(one => theirs!.some(other => sameAddress(one, other))) ? 'ok' : 'drift'
}
