/**
 * Devfs rulesets, one per container. The kernel does not allocate ruleset numbers (sys/fs/devfs/devfs_rule.c), so a
 * number is taken by adding a first rule with number 1: the kernel refuses a second rule of that number, and the rule's
 * text names the container that owns the ruleset.
 */
import { errnoOf, JailwrightError, SyscallError, ToolError } from '../../errors.ts'
import { errorText } from '../../host/abi/error-text.ts'
import type { Host } from '../../host/types.ts'
import type { RulesetStep } from '../../translate/core/plan.ts'
import { markerRule, rulesetInput } from '../../translate/devices/ruleset-input.ts'
import type { Journal } from '../journal/journal.ts'

/**
 * Takes the first free number from the preferred one upwards, adds the rules, and returns the number. A number that
 * others use is skipped: the first rule would be added to their ruleset, and `delset` would later delete their rules
 * too.
 * @throws JailwrightError HOST when no number is free; ToolError when the kernel refuses a rule.
 */
export function takeRuleset(host: Host, journal: Journal, step: RulesetStep, jailName: string): number {
  const marker = markerRule(jailName)
  const others = new Set(host.kernel.devfsRulesets())
  for (let number = step.preferred; number <= 65_535; number += 1) {
    if (others.has(number)) continue
    const taken = journal.perform(`ruleset ${number}`, { op: 'ruleset', number, marker }, () =>
      named(step, () => addRules(host, number, rulesetInput(jailName, step.rules))),
    )
    if (taken) return number
  }
  throw new JailwrightError('HOST', 'no free devfs ruleset number')
}

/**
 * Puts the mount option before the error of its rule. devfs(8) names only the word that it refuses, which is usually a
 * user or group that the host lacks.
 */
function named<T>(step: RulesetStep, action: () => T): T {
  try {
    return action()
  } catch (error) {
    if (!(error instanceof ToolError)) throw error
    const word = error.message.split(' ').pop() ?? ''
    const option = step.options?.find(({ rule }) => rule.split(' ').includes(word))
    throw option ? error.withMessage(`${option.property}: ${error.message}`) : error
  }
}

/** Adds the rules. Returns false when the kernel refuses the first rule because the number is in use. */
function addRules(host: Host, number: number, input: string): boolean {
  for (const rule of input.trimEnd().split('\n')) {
    try {
      host.kernel.devfsAddRule(number, rule)
    } catch (error) {
      if (errnoOf(error) === 'EEXIST') return false
      throw inDevfsWords(error, ['rule', '-s', String(number), 'add', rule])
    }
  }
  return true
}

/** Turns the failure of a rule into devfs(8)'s error; returns any other error unchanged. */
export function inDevfsWords(error: unknown, args: readonly string[]): unknown {
  if (!(error instanceof SyscallError)) return error
  const { errno, message } = error
  // EINVAL comes from the parser, which refuses a malformed rule before the kernel sees it and names the wrong word.
  const words = errno === 'EINVAL' ? message.slice(message.indexOf(': ') + 2) : errorText(errno)
  return new ToolError(['devfs', ...args], 1, `devfs rule: ${words}`)
}

/** Deletes a ruleset when its first rule is this container's marker. */
export function releaseRuleset(host: Host, number: number, marker: string): void {
  if (host.kernel.devfsRules(number)[0] === marker) host.kernel.devfsDeleteRuleset(number)
}
