/** File systems that a jail may mount itself. */
import type { Context } from '../core/context.ts'
import { DEFAULT_RULESET, missingRuleset } from '../devices/default-ruleset.ts'
import type { Value } from './values.ts'

/**
 * Warns of incomplete permissions. Mounting inside needs allow.mount, allow.mount.TYPE and enforce_statfs below 2, all three
 * (jail(8); docs/freebsd/jails.md); the kernel accepts each of them alone, without effect.
 */
export function checkMounting(context: Context, values: ReadonlyMap<string, Value>): void {
  const on = (name: string) => values.get(name)?.value === 'true'
  const types = [...values].filter(([name]) => name.startsWith('allow.mount.') && on(name))
  if (on('allow.mount')) {
    const origin = values.get('allow.mount')?.origin
    if (types.length === 0)
      context.warn(`${origin}: mounting inside needs allow.mount.TYPE of a type of file system as well`)
    if (values.get('enforce_statfs')?.value === '2')
      context.warn(`${origin}: mounting inside needs enforce_statfs below 2 as well`)
    return
  }
  for (const [name, { origin }] of types) {
    const statfs = values.get('enforce_statfs')?.value === '2' ? ' and enforce_statfs below 2' : ''
    context.warn(`${origin}: ${name} has no effect without allow.mount${statfs}`)
  }
}

/**
 * Gives a jail that may mount a devfs itself a devfs_ruleset. Such a mount follows that parameter alone, and shows every
 * device of the host when it is 0, the default, or a set without rules (sys/fs/devfs/devfs_vfsops.c, devfs_mount).
 */
export function limitDevfsInside(context: Context, values: Map<string, Value>): void {
  const allowed = values.get('allow.mount.devfs')
  const mayMount = allowed?.value === 'true'
  const given = values.get('devfs_ruleset')
  if (given === undefined && !mayMount) return
  // Inside a jail the kernel gives each new jail the set of its parent and allows no other.
  if (given === undefined && context.facts.sysctl('security.jail.jailed') === '1') return
  const { value, origin } = given ?? { value: String(DEFAULT_RULESET), origin: allowed?.origin ?? 'default' }
  if (value === '0') {
    if (mayMount) context.warn(`${origin}: a /dev that the jail mounts shows every device of the host`)
  } else if (!context.facts.rulesetExists(Number(value))) {
    context.fail(origin, missingRuleset(Number(value)), { code: 'HOST' })
  } else values.set('devfs_ruleset', { value, origin })
}
