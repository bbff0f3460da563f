/**
 * devfs rulesets of a container's own. The kernel does not allocate numbers (sys/fs/devfs/devfs_rule.c), so one is taken by
 * adding a first rule with number 1: the kernel refuses a second one, and its text says whose the set is.
 */
import { errnoOf, JailwrightError, SyscallError, ToolError } from '../../errors.ts'
import { errorText } from '../../host/abi/error-text.ts'
import type { Host } from '../../host/types.ts'
import type { RulesetStep } from '../../translate/core/plan.ts'
import { markerRule, rulesetInput } from '../../translate/devices/ruleset-input.ts'
import type { Journal } from '../journal/journal.ts'

/**
 * Takes the first free number from the preferred one on, adds the rules, and gives the number. Sets of others are let
 * alone: our first rule would go into them, and `delset` would take theirs away with it.
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
 * devfs(8) names the word that it does not take, mostly a user or group that the host has not, and not its rule: the
 * option that holds the word is put in front.
 */
function named<T>(step: RulesetStep, action: () => T): T {
  try {
    return action()
  } catch (error) {
    if (!(error instanceof ToolError)) throw error
    const word = error.message.split(' ').pop() ?? ''
    const option = step.options?.find(({ rule }) => rule.split(' ').includes(word))
    if (option) error.message = `${option.property}: ${error.message}`
    throw error
  }
}

/** Adds the rules, the first of which the kernel refuses where the number is in use: false then. */
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

/** The error of a rule as devfs(8) prints it; any other is given back. */
export function inDevfsWords(error: unknown, args: readonly string[]): unknown {
  if (!(error instanceof SyscallError)) return error
  const { errno, message } = error
  // A rule that is none is refused before the kernel sees it, with the word that is wrong.
  const words = errno === 'EINVAL' ? message.slice(message.indexOf(': ') + 2) : errorText(errno)
  return new ToolError(['devfs', ...args], 1, `devfs rule: ${words}`)
}

/** Deletes a ruleset when it is still ours. */
export function releaseRuleset(host: Host, number: number, marker: string): void {
  if (host.kernel.devfsRules(number)[0] === marker) host.kernel.devfsDeleteRuleset(number)
}
