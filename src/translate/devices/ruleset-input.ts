/**
 * What devfs(8) is given for a container's own ruleset. The kernel has no allocator for set numbers (devfs.md section 4):
 * a number is taken by adding a first rule with number 1, which the kernel refuses a second time, and whose text says
 * whose the set is.
 */
import { sha256 } from '../core/digest.ts'

/** A pattern of devfs(8) is at most 199 bytes; what is longer is cut with a warning only (devfs.md section 2). */
const PATTERN_MAX = 199

/** The first rule of a set of ours: it matches no node and names the owner, a long name by its beginning and a hash. */
export function markerRule(jailName: string): string {
  const pattern = `jailwright-of-${jailName}`
  if (pattern.length <= PATTERN_MAX) return `path ${pattern}`
  const hash = sha256(jailName).slice(0, 16)
  return `path ${pattern.slice(0, PATTERN_MAX - hash.length - 1)}-${hash}`
}

/** What devfs(8) is given on standard input for a container's ruleset: the marker, then the rules as numbered lines. */
export function rulesetInput(jailName: string, rules: readonly string[]): string {
  return [`1 ${markerRule(jailName)}`, ...rules.map((rule, index) => `${100 * (index + 1)} ${rule}`)]
    .map(line => `${line}\n`)
    .join('')
}
