/**
 * What devfs(8) is given for a container's own ruleset. The kernel has no allocator for set numbers (devfs.md section 4):
 * a number is taken by adding a first rule with number 1, which the kernel refuses a second time, and whose text says
 * whose the set is.
 */

/** The first rule of a set of ours: it matches no node and names the owner. */
export function markerRule(jailName: string): string {
  return `path jailwright-of-${jailName}`
}

/** What devfs(8) is given on standard input for a container's ruleset: the marker, then the rules as numbered lines. */
export function rulesetInput(jailName: string, rules: readonly string[]): string {
  return [`1 ${markerRule(jailName)}`, ...rules.map((rule, index) => `${100 * (index + 1)} ${rule}`)]
    .map(line => `${line}\n`)
    .join('')
}
