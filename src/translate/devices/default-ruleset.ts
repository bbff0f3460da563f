/** The ruleset of a devfs for which the config names none, and the message for one without rules. */

/** What jail(8) takes for mount.devfs (config.c, DEFAULT_DEVFS_RULESET in jail.8), never "no rules". */
export const DEFAULT_RULESET = 4

/** The message for a ruleset without rules, which the kernel would take for "show everything" (devfs_rule.c devfs_ruleset_use). */
export function missingRuleset(number: number): string {
  return `devfs ruleset ${number} does not exist on this host; a missing ruleset would show every device`
}
