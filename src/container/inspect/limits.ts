/** Compares the resource limits in force with those of the plan and of later updates. */
import type { ToolCall } from '../../translate/core/plan.ts'
import { cpuNumbers } from '../jail/cpu-list.ts'
import { compared, type Item } from './item.ts'

/** The limits after all calls of rctl(8) and cpuset(1). */
export interface PlannedLimits {
  /** Rules without their subject: `maxproc:deny=50`. */
  readonly rules: readonly string[]
  /** Processor numbers, sorted; undefined when the jail may use all of them. */
  readonly cpus: readonly number[] | undefined
}

/**
 * Computes the limits after the calls, in order: `-a` adds rules, `-r` removes rules, and a deny rule replaces the deny
 * rule of the same resource (rctl(8)).
 */
export function plannedLimits(calls: readonly ToolCall[], jail: string): PlannedLimits {
  const subject = `jail:${jail}`
  let rules: string[] = []
  let cpus: readonly number[] | undefined
  for (const { tool, args } of calls) {
    if (tool === 'cpuset' && args[0] === '-l') cpus = cpuNumbers(args[1] ?? '')
    if (tool !== 'rctl') continue
    for (const text of args.slice(1)) {
      if (text !== subject && !text.startsWith(`${subject}:`)) continue
      const rule = text.slice(subject.length + 1)
      if (args[0] === '-r') rules = rules.filter(other => rule !== '' && !isMatched(other, rule))
      if (args[0] === '-a') {
        const [resource, action] = rule.split(/[:=]/)
        rules = rules.filter(other => action !== 'deny' || !isMatched(other, `${resource}:deny`))
        rules.push(rule)
      }
    }
  }
  return { rules, cpus }
}

/** True when the filter `resource[:action[=amount]]` matches the rule `resource:action=amount`. */
function isMatched(rule: string, filter: string): boolean {
  const [resource, action, amount] = filter.split(/[:=]/)
  const parts = rule.split(/[:=]/)
  return [resource, action, amount].every(
    (part, index) => part === undefined || part === '' || part === parts[index],
  )
}

/** The limits that are in force. */
export interface FoundLimits {
  /** The rules that rctl(8) prints for the jail, one per element; undefined when the kernel does not answer. */
  readonly rules: readonly string[] | undefined
  /** Processor numbers; undefined when cpuset(1) does not answer. */
  readonly cpus: readonly number[] | undefined
}

/**
 * Compares each planned limit with its present value, then lists the rules in force that were not planned. `planned` is
 * undefined when the plan is lost.
 */
export function compareLimits(planned: PlannedLimits | undefined, found: FoundLimits, jail: string): Item[] {
  const items: Item[] = []
  // A rule without a `per` part comes back from the kernel with `/jail` at its end.
  const inForce = found.rules?.map(rule => rule.slice(`jail:${jail}:`.length).replace(/\/jail$/, ''))
  const left = [...(inForce ?? [])]
  for (const rule of planned?.rules ?? []) {
    const [name = '', amount = ''] = rule.split('=')
    if (!inForce) {
      items.push({ name, mark: 'unknown', planned: amount, note: 'rctl(8) does not answer' })
      continue
    }
    const at = left.indexOf(rule)
    const other = at >= 0 ? at : left.findIndex(each => each.startsWith(`${name}=`))
    const now = other >= 0 ? left.splice(other, 1)[0]!.slice(name.length + 1) : undefined
    items.push({ ...compared(name, amount, now), ...(now === undefined ? { note: 'not in force' } : {}) })
  }
  for (const rule of left) {
    const [name = '', amount = ''] = rule.split('=')
    if (planned) items.push({ name, mark: 'drift', found: amount, note: 'not planned' })
    else items.push({ name, mark: 'unknown', found: amount })
  }
  const cpus = found.cpus?.join(',')
  if (planned?.cpus) items.push(compared('processors', planned.cpus.join(','), cpus))
  else if (cpus !== undefined)
    items.push({ name: 'processors', mark: planned ? 'other' : 'unknown', found: cpus })
  return items
}
