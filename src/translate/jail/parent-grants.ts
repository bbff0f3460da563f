/** What the jail around a container cannot grant it: jail_set(2) answers that with EPERM and names nothing. */
import { ipVersion, sameAddress } from '../core/addresses.ts'
import type { Context } from '../core/context.ts'

/** What a jail may differ in from its parent, whatever that has (kern_jail.c, PR_ALLOW_DIFFERENCES). */
const FREE = new Set(['allow.unprivileged_proc_debug', 'allow.unprivileged_parent_tampering'])

/** Parameters of the jail around, as far as they are known. */
type Around = Readonly<Record<string, string>>

/**
 * Says of each value of the config what `parent` (without it: this host, of which `facts` are known where it is a
 * jail itself) cannot grant, by jail.md section 2. Defaults have given way before.
 */
export function checkGrants(
  context: Context,
  values: ReadonlyMap<string, { value: string; origin: string }>,
  parent: string | undefined,
  facts: Around | undefined,
): void {
  const whose = parent === undefined ? 'this host' : `the parent jail ${parent}`
  const around: Record<string, string> = { ...facts }
  const level = parent === undefined && values.has('securelevel') && context.facts.sysctl('kern.securelevel')
  if (level) around.securelevel = level
  for (const [name, { value, origin }] of values) {
    if (origin === 'default') continue
    const why = lacking(name, value, around, whose, parent !== undefined)
    if (why !== undefined) context.fail(origin, why, { code: 'HOST' })
  }
}

/**
 * What `whose` lacks to grant a value, by its own parameters `around`; undefined where nothing is known against it.
 * `isParent`: it is a parent jail, whose children.max is raised for the container where it has no room.
 */
export function lacking(
  name: string,
  value: string,
  around: Around,
  whose: string,
  isParent: boolean,
): string | undefined {
  const has = around[name]
  if (name === 'ip4.addr' || name === 'ip6.addr') return addresses(name, value, around, whose)
  if (has === undefined) return undefined
  if (name === 'enforce_statfs' || name === 'securelevel')
    return Number(value) < Number(has) ? `must be at least ${has}, as ${whose} has` : undefined
  if (name === 'children.max') {
    const below = isParent ? roomOf(around).max : Number(has)
    return Number(value) < below
      ? undefined
      : `must be below ${below}, as ${whose} has children.max=${has}${below === Number(has) ? '' : ' (and gets one more for the container)'}`
  }
  if (name.startsWith('allow.'))
    return value === 'true' && (has === 'false' || has === '0') && !FREE.has(name)
      ? `${whose} has no ${name} that it could grant`
      : undefined
  if (name.startsWith('sysv'))
    return value !== 'disable' && has === 'disable'
      ? `must be disable, as ${whose} has ${name}=disable`
      : undefined
  return undefined
}

/** The addresses of a jail that has its parent's stack, where that parent has but some of the host's. */
function addresses(name: string, value: string, around: Around, whose: string): string | undefined {
  const granted = (around[name] ?? '').split(',').filter(text => text !== '')
  const mode = around[name.slice(0, 3)]
  // A jail that is restricted shows `disable` or `new`, by version; one with a stack of its own is not.
  const restricted = granted.length > 0 || (mode !== undefined && mode !== 'inherit')
  if (!restricted || around.vnet === 'new') return undefined
  const missing = value
    .split(',')
    .find(text => ipVersion(text) !== 0 && !granted.some(other => sameAddress(text, other)))
  if (missing === undefined) return undefined
  return `${missing} is no address of ${whose}, which has ${granted.join(', ') || `no ${name}`}`
}

/**
 * Whether a parent has room for one more child, and the children.max that it will have: one more where it has none.
 */
export function roomOf(parent: Around | undefined): { raise: boolean; max: number } {
  const max = Number(parent?.['children.max'] ?? '0')
  const raise = max - Number(parent?.['children.cur'] ?? '0') <= 0
  return { raise, max: raise ? max + 1 : max }
}

/** The jail whose network stack a child of `parent` without one of its own uses; undefined: the host's. */
export function stackOwner(context: Context, parent: string | undefined): string | undefined {
  for (let name = parent; name; name = name.slice(0, Math.max(name.lastIndexOf('.'), 0))) {
    if (context.facts.jail(name)?.vnet === 'new') return name
  }
  return undefined
}
