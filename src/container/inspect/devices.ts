/** Device nodes that the rules of the plan, and of updates since, show or hide by name. */

import { isPattern } from '../../translate/devices/requests.ts'
import { parseRule } from '../../translate/devices/rules.ts'
import type { Item } from './item.ts'

/** Why a node is to be there (`shown`) or not: the rule that spoke of it last. */
interface Expectation {
  readonly shown: boolean
  readonly rule: string
}

/**
 * Names below /dev of which rules speak one by one; later rules win, and the rules of `updates` come after the plan's.
 * After a rule with a pattern or a type that says the opposite nothing is expected of a name, as the rule may match it.
 */
export function expectedDevices(
  planned: readonly string[],
  updates: readonly string[],
): ReadonlyMap<string, Expectation> {
  const found = new Map<string, Expectation>()
  for (const text of [...planned, ...updates]) {
    const rule = parseRule(text)
    if (typeof rule === 'string') continue
    const shown = rule.unhides
    if (!shown && !rule.actions.includes('hide')) continue
    if (rule.path !== undefined && !isPattern(rule.path) && rule.type.length === 0)
      found.set(rule.path, { shown, rule: text })
    else for (const [name, before] of found) if (before.shown !== shown) found.delete(name)
  }
  return found
}

/** What is there: by name below /dev. undefined: it cannot be told. */
export interface Nodes {
  readonly ofHost: (name: string) => boolean | undefined
  readonly ofContainer: (name: string) => boolean | undefined
}

/** Each name as it is now. A node that the host has lost, or never had, is no fault of the container. */
export function compareDevices(expected: ReadonlyMap<string, Expectation>, nodes: Nodes): Item[] {
  return [...expected].map(([name, { shown, rule }]): Item => {
    const now = nodes.ofContainer(name)
    const known = { name: `/dev/${name}`, planned: shown ? 'there' : 'hidden' }
    if (now === undefined) return { ...known, mark: 'unknown', note: '/dev is no devfs' }
    if (now === shown) return { ...known, mark: 'ok', found: now ? 'there' : 'hidden' }
    if (shown && nodes.ofHost(name) !== true)
      return { ...known, mark: 'other', note: 'the host has no such device' }
    return { ...known, mark: 'drift', found: now ? 'there' : 'hidden', note: `rule: ${rule}` }
  })
}
