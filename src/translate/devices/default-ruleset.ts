/** The ruleset of a devfs for which the config names none, and the message for one without rules. */

/** The ruleset that jail(8) uses for mount.devfs where none is named (jail(8), mount.devfs). */
export const DEFAULT_RULESET = 4

/** The message for a ruleset without rules: with it the kernel would show every device (docs/freebsd/devfs.md). */
export function missingRuleset(number: number): string {
  return `devfs ruleset ${number} does not exist on this host; a missing ruleset would show every device`
}
