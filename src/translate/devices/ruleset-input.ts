/**
 * The input of devfs(8) for a container's own ruleset. The kernel does not allocate numbers of sets
 * (docs/freebsd/devfs.md): a container takes a number by adding a rule with number 1. The kernel refuses a second rule of
 * that number, and the rule's text names the owner of the set.
 */
import { sha256 } from '../core/digest.ts'

/** Bytes of a pattern; devfs(8) cuts a longer one and only warns (sbin/devfs/rule.c). */
const PATTERN_MAX = 199

/** The first rule of a container's set: it matches no node and names the jail, a long name by its beginning and a hash. */
export function markerRule(jailName: string): string {
  const pattern = `jailwright-of-${jailName}`
  if (pattern.length <= PATTERN_MAX) return `path ${pattern}`
  const hash = sha256(jailName).slice(0, 16)
  return `path ${pattern.slice(0, PATTERN_MAX - hash.length - 1)}-${hash}`
}

/** Standard input of devfs(8) for a container's ruleset: the marker, then the rules as numbered lines. */
export function rulesetInput(jailName: string, rules: readonly string[]): string {
  return [`1 ${markerRule(jailName)}`, ...rules.map((rule, index) => `${100 * (index + 1)} ${rule}`)]
    .map(line => `${line}\n`)
    .join('')
}
