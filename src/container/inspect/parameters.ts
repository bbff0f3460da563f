/** Compares the parameters of the jail with those of the plan. */
import { sameAddress } from '../../translate/core/addresses.ts'
import { compared, type Item } from './item.ts'

/** Parameter values by name, in the form in which the kernel reports them. */
export type Parameters = Readonly<Record<string, string>>

/** The plan's description of the jail. */
export interface PlannedJail {
  /** The parameters for jail(8); `true` stands for a parameter without a value. */
  readonly parameters: readonly (readonly [name: string, value: string | true])[]
  /** The real path of the jail's root on the host. */
  readonly path: string
}

/** Parameters that every new jail has, whatever the config says (jail_default_allow in sys/kern/kern_jail.c). */
const ON_BY_DEFAULT = new Set([
  'allow.set_hostname',
  'allow.reserved_ports',
  'allow.unprivileged_proc_debug',
  'allow.suser',
])

/**
 * Compares each planned parameter with its present value, then lists the rights that the jail has beyond the plan.
 * @param defaults the `allow.*` parameters that sysctl(8) settings of this host give to every new jail.
 */
export function compareParameters(
  { parameters, path }: PlannedJail,
  found: Parameters,
  defaults: ReadonlySet<string> = new Set(),
): Item[] {
  const planned = new Map<string, string>([
    ['path', path],
    ...parameters.map(([name, value]) => [name, value === true ? 'true' : value] as const),
  ])
  const items = [...planned].map(([name, value]) => compareParameter(name, value, found[name]))
  for (const name of Object.keys(found)) {
    const value = found[name]!
    if (planned.has(name)) continue
    if (name.startsWith('allow.') && value === 'true') {
      if (ON_BY_DEFAULT.has(name) || defaults.has(name)) continue
      items.push({ name, mark: 'drift', found: value, note: 'not planned' })
    } else if (name === 'children.max' && Number(value) > 0)
      items.push({ name, mark: 'drift', found: value, note: 'not planned' })
    else if (isAddressList(name) && value !== '' && isOff(planned, name))
      items.push({ name, mark: 'drift', found: value, note: 'not planned' })
  }
  return items
}

/** Lists the parameters of a jail without a plan; they cannot be judged. */
export function listParameters(found: Parameters): Item[] {
  return Object.keys(found)
    .filter(name => found[name] !== '' && found[name] !== 'false')
    .map(name => ({ name, mark: 'unknown', found: found[name]! }))
}

function compareParameter(name: string, planned: string, found: string | undefined): Item {
  if (found === undefined)
    return { name, mark: 'unknown', planned, note: 'the kernel has no such parameter to be asked for' }
  // One flag stands for both, and the kernel reports it as disable (pr_flag_jailsys in sys/kern/kern_jail.c).
  if (['ip4', 'ip6'].includes(name) && planned === 'new' && found === 'disable')
    return { name, mark: 'ok', planned, found }
  if (isAddressList(name)) return { ...compared(name, planned, found), mark: sameList(planned, found) }
  if (/^[0-9]+$/.test(planned) && /^[0-9]+$/.test(found))
    return { ...compared(name, planned, found), mark: Number(planned) === Number(found) ? 'ok' : 'drift' }
  return compared(name, planned, found)
}

function isAddressList(name: string): boolean {
  return name === 'ip4.addr' || name === 'ip6.addr'
}

/** True when the plan gives the jail no address of this family and no network stack of its own. */
function isOff(planned: ReadonlyMap<string, string>, list: string): boolean {
  const mode = planned.get(list.slice(0, 3))
  return planned.get('vnet') !== 'new' && (mode === undefined || mode === 'disable')
}

/**
 * Compares two lists of addresses without their order: the kernel keeps the first address first and sorts the others
 * (prison_ip_copyin in sys/kern/kern_jail.c).
 */
function sameList(planned: string, found: string): 'ok' | 'drift' {
  const [ours, theirs] = [planned, found].map(text => text.split(',').filter(part => part !== ''))
  if (ours!.length !== theirs!.length) return 'drift'
  return ours!.every(one => theirs!.some(other => sameAddress(one, other))) ? 'ok' : 'drift'
}
