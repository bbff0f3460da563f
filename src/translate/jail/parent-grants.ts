/** Parameters that the parent jail cannot grant; jail_set(2) refuses them with EPERM and names no parameter. */
import { ipVersion, sameAddress } from '../core/addresses.ts'
import type { Context } from '../core/context.ts'

/** Permissions that a jail may have without its parent having them (sys/kern/kern_jail.c, PR_ALLOW_DIFFERENCES). */
const FREE = new Set(['allow.unprivileged_proc_debug', 'allow.unprivileged_parent_tampering'])

/** Parameters of the parent jail, as far as they are known. */
type Around = Readonly<Record<string, string>>

/**
 * Makes an error of each value of the config that `parent` cannot grant (docs/freebsd/jails.md); without a parent the
 * values are held against this host, where it is a jail itself. Defaults are no concern here: addDefaults has adapted them.
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
    const why = lacking(name, value, around, whose)
    if (why !== undefined) context.fail(origin, why, { code: 'HOST' })
  }
}

/**
 * Says what `whose`, a jail with the parameters `around`, lacks to grant a value; undefined where nothing is known to be
 * lacking.
 */
export function lacking(name: string, value: string, around: Around, whose: string): string | undefined {
  const has = around[name]
  if (name === 'ip4.addr' || name === 'ip6.addr') return addresses(name, value, around, whose)
  if (has === undefined) return undefined
  if (name === 'enforce_statfs' || name === 'securelevel')
    return Number(value) < Number(has) ? `must be at least ${has}, as ${whose} has` : undefined
  if (name === 'children.max')
    return Number(value) < Number(has)
      ? undefined
      : `must be below ${has}, as ${whose} has children.max=${has}`
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

/** Says which addresses a parent with restricted addresses cannot grant to a child that shares its network stack. */
function addresses(name: string, value: string, around: Around, whose: string): string | undefined {
  const granted = (around[name] ?? '').split(',').filter(text => text !== '')
  const mode = around[name.slice(0, 3)]
  // A restricted jail shows `disable` or `new`, depending on the version; one with its own network stack shows neither.
  const restricted = granted.length > 0 || (mode !== undefined && mode !== 'inherit')
  if (!restricted || around.vnet === 'new') return undefined
  const missing = value
    .split(',')
    .find(text => ipVersion(text) !== 0 && !granted.some(other => sameAddress(text, other)))
  if (missing === undefined) return undefined
  return `${missing} is no address of ${whose}, which has ${granted.join(', ') || `no ${name}`}`
}

/** The jail whose network stack a child of `parent` shares when it has no stack of its own; undefined for the host's. */
export function stackOwner(context: Context, parent: string | undefined): string | undefined {
  for (let name = parent; name; name = name.slice(0, Math.max(name.lastIndexOf('.'), 0))) {
    if (context.facts.jail(name)?.vnet === 'new') return name
  }
  return undefined
}
