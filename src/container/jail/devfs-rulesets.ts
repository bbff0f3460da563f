/**
 * devfs rulesets of a container's own. The kernel does not allocate numbers (sys/fs/devfs/devfs_rule.c), so one is taken by
 * adding a first rule with number 1: the kernel refuses a second one, and its text says whose the set is.
 */
import { JailwrightError, ToolError } from '../../errors.ts'
import { runTool } from '../../host/run-tool.ts'
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
  const others = existingSets(host)
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

/** Numbers of the sets that have rules, or that a mount goes by. */
export function existingSets(host: Host): ReadonlySet<number> {
  const text = runTool(host, { tool: 'devfs', args: ['rule', 'showsets'] })
  return new Set(text.split('\n').filter(Boolean).map(Number))
}

/**
 * The rules of a ruleset as devfs(8) shows them, without their numbers; none for one that is not there. Throws when they
 * cannot be seen, as by others than root and in a jail: the ruleset would seem to be missing.
 */
export function devfsRules(host: Host, number: number): string[] {
  const text = runTool(host, { tool: 'devfs', args: ['rule', '-s', String(number), 'show'] })
  return text
    .split('\n')
    .filter(line => line.trim() !== '')
    .map(line => line.replace(/^\d+ /, ''))
}

/** False when the number is in use. */
function addRules(host: Host, number: number, input: string): boolean {
  const args = ['rule', '-s', String(number), 'add', '-']
  const answer = host.run('devfs', args, { stdin: input })
  if (answer.status === 0) return true
  if (answer.stderr.includes('File exists')) return false
  throw new ToolError(['devfs', ...args], answer.status, answer.stderr)
}

/** Deletes a ruleset when it is still ours. */
export function releaseRuleset(host: Host, number: number, marker: string): void {
  const set = String(number)
  const first = host.run('devfs', ['rule', '-s', set, 'show', '1'])
  if (first.stdout.trim() !== `1 ${marker}`) return
  runTool(host, { tool: 'devfs', args: ['rule', '-s', set, 'delset'] })
}
