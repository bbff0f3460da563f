/** Resource limits in force against those of the plan and of the updates since. */
import type { ToolCall } from '../../translate/core/plan.ts'
import { compared, type Item } from './item.ts'

/** What rctl(8) and cpuset(1) have been told in all. */
export interface PlannedLimits {
  /** Rules without their subject: `maxproc:deny=50`. */
  readonly rules: readonly string[]
  /** Processors, sorted; undefined: all that there are. */
  readonly cpus: readonly number[] | undefined
}

/** Follows the calls in order: rules are added, removed, and a deny rule replaces the one before it (rctl(8)). */
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

/** Whether a rule `resource:action=amount` is one that the filter `resource[:action[=amount]]` finds. */
function isMatched(rule: string, filter: string): boolean {
  const [resource, action, amount] = filter.split(/[:=]/)
  const parts = rule.split(/[:=]/)
  return [resource, action, amount].every(
    (part, index) => part === undefined || part === '' || part === parts[index],
  )
}

/** The processors of a list such as `0-3,7`, as cpuset(1) takes it, and of `0, 1, 2`, as it prints it; sorted. */
export function cpuNumbers(list: string): number[] {
  const numbers = new Set<number>()
  for (const part of list.split(',')) {
    const [low, high = low] = part.trim().split('-').map(Number)
    if (low === undefined || high === undefined || Number.isNaN(low + high)) continue
    for (let cpu = low; cpu <= high; cpu += 1) numbers.add(cpu)
  }
  return [...numbers].sort((a, b) => a - b)
}

/** What is in force. */
export interface FoundLimits {
  /** What rctl(8) prints for the jail, a rule a line; undefined: it cannot be told. */
  readonly rules: readonly string[] | undefined
  /** Processors; undefined: they cannot be told. */
  readonly cpus: readonly number[] | undefined
}

/** Each planned limit as it is now, then the rules that nobody planned. `planned` undefined: the plan is lost. */
export function compareLimits(planned: PlannedLimits | undefined, found: FoundLimits, jail: string): Item[] {
  const items: Item[] = []
  // rctl(8) names what an amount is counted per where it was not told: `/jail`.
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
