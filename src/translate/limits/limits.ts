/** Resource limits -> rctl(8) rules on the jail and its cpuset(1) (rctl.md). */
import type { LinuxResources } from '../../bundle/generated/config.ts'
import { annotationPath, type Context } from '../core/context.ts'
import type { RunStep, ToolCall } from '../core/plan.ts'
import { parseSize } from '../core/sizes.ts'
import { OR_BEST_EFFORT, racctProblem } from './accounting.ts'
import { askedInVain } from './ignored.ts'
import {
  DENIABLE,
  largestAmount,
  SIGNALLED,
  THROTTLED,
  tightLimit,
  usualAction,
  wrongAction,
} from './kinds.ts'

const PREFIX = 'org.jailwright.limits.'
/** The annotation that says what to do when limits cannot hold: `strict` (the default) or `best-effort`. */
export const MODE_ANNOTATION = `${PREFIX}mode`

/** cpuset(1) on 15.1 applies the part of a bad list that it understands (rctl.md section 7): checked here. */
const CPU_LIST = /^[0-9]+(-[0-9]+)?(,[0-9]+(-[0-9]+)?)*$/

/** One rule of rctl(8), without its subject. */
export interface Limit {
  resource: string
  action: string
  /** Decimal; undefined for "unlimited": no rule, and in an update the rule is removed. */
  amount: string | undefined
  origin: string
}

/** Limits as collected, and the processors. */
export interface Limits {
  rules: Limit[]
  cpus?: { list: string; origin: string }
}

/** Errors of the collecting functions go here. */
export interface LimitSink {
  fail(property: string, text: string): void
  warn(text: string): void
  fate(property: string, fate: 'applied' | 'translated' | 'ignored', note: string): void
}

/**
 * Limits of `linux.resources` (of a config, or of `update`). `property` is where they stand; -1 and below is unlimited.
 */
export function limitsOfResources(resources: LinuxResources, property: string, sink: LimitSink): Limits {
  const limits: Limits = { rules: [] }
  const at = (path: string) => (property === '' ? path : `${property}.${path}`)
  const rule = (path: string, resource: string, given: bigint | undefined, action = 'deny') => {
    // 2^63-1 is a number of JSON only as 2^63.
    const amount = given === 2n ** 63n ? given - 1n : given
    if (amount !== undefined && amount > largestAmount(resource)) {
      sink.fail(at(path), `rctl ${resource}=${amount}: must be at most ${largestAmount(resource)}`)
      return
    }
    const text = amount === undefined ? undefined : String(amount)
    limits.rules.push({ resource, action, amount: text, origin: at(path) })
    sink.fate(
      at(path),
      'translated',
      text === undefined ? 'unlimited: no rule' : `rctl ${resource}:${action}=${text}`,
    )
  }
  const { memory, cpu, pids, blockIO } = resources
  if (memory?.limit !== undefined) rule('memory.limit', 'memoryuse', positive(memory.limit))
  // Linux counts memory and swap together here; so does swapuse, which charges anonymous memory when it is reserved.
  if (memory?.swap !== undefined) rule('memory.swap', 'swapuse', positive(memory.swap))
  if (cpu?.quota !== undefined) {
    const period = BigInt(cpu.period || 100_000)
    const quota = positive(cpu.quota)
    const percent = quota === undefined ? undefined : (quota * 100n + period - 1n) / period
    rule('cpu.quota', 'pcpu', percent)
    if (cpu.period !== undefined) sink.fate(at('cpu.period'), 'translated', 'part of cpu.quota')
  } else if (cpu?.period !== undefined) {
    // What the container had is kept as a share only, from which no quota can be told.
    const note =
      property === ''
        ? 'without cpu.quota it changes nothing; give the quota again with it'
        : 'without cpu.quota it limits nothing'
    sink.fate(at('cpu.period'), 'ignored', note)
  }
  if (cpu?.cpus !== undefined && cpu.cpus.trim() !== '') {
    const list = cpu.cpus.replaceAll(' ', '')
    if (isCpuList(list)) {
      limits.cpus = { list, origin: at('cpu.cpus') }
      sink.fate(at('cpu.cpus'), 'translated', `cpuset -l ${list}`)
    } else sink.fail(at('cpu.cpus'), `${cpu.cpus}: must be a list of processors like 0-3,7`)
  }
  // 0 is "no limit" in what container managers write.
  if (pids?.limit !== undefined) rule('pids.limit', 'maxproc', positive(pids.limit))
  throttles(blockIO, rule)
  return limits
}

type Rule = (path: string, resource: string, amount: bigint | undefined, action?: string) => void

/** Throttles a device on Linux; rctl counts the jail as a whole, so the strictest of the devices holds. */
function throttles(blockIO: LinuxResources['blockIO'], rule: Rule): void {
  const kinds = [
    ['throttleReadBpsDevice', 'readbps'],
    ['throttleWriteBpsDevice', 'writebps'],
    ['throttleReadIOPSDevice', 'readiops'],
    ['throttleWriteIOPSDevice', 'writeiops'],
  ] as const
  for (const [key, resource] of kinds) {
    const rates = (blockIO?.[key] ?? []).map(device => device.rate ?? 0)
    if (rates.length === 0) continue
    const strict = rates.filter(rate => rate > 0)
    rule(
      `blockIO.${key}`,
      resource,
      strict.length === 0 ? undefined : BigInt(Math.min(...strict)),
      'throttle',
    )
  }
}

function positive(value: number): bigint | undefined {
  return value > 0 ? BigInt(Math.trunc(value)) : undefined
}

/** True for a list of processors that cpuset(1) takes whole: `0-3,7`, no range backwards. */
export function isCpuList(list: string): boolean {
  if (!CPU_LIST.test(list)) return false
  return list.split(',').every(part => {
    const [low, high = low] = part.split('-').map(Number)
    return low! <= high! && high! < 1024
  })
}

/** Annotations `org.jailwright.limits.<resource>` = `[action=]amount`, several by commas; they override the config's. */
function fromAnnotations(context: Context, limits: Limits): void {
  for (const [annotation, value] of Object.entries(context.annotations)) {
    if (!annotation.startsWith(PREFIX) || annotation === MODE_ANNOTATION) continue
    const origin = annotationPath(annotation)
    const resource = annotation.slice(PREFIX.length)
    if (resource === 'cpus') {
      if (isCpuList(value.trim())) {
        limits.cpus = { list: value.trim(), origin }
        context.fate(origin, 'translated', `cpuset -l ${value.trim()}`)
      } else context.fail(origin, `${value}: must be a list of processors like 0-3,7`)
      continue
    }
    const given = annotationRules(context, resource, value, origin)
    if (!given) continue
    for (const old of limits.rules) {
      if (old.resource === resource) context.fate(old.origin, 'ignored', `overridden by ${origin}`)
    }
    limits.rules = [...limits.rules.filter(old => old.resource !== resource), ...given]
    const text = given.map(({ action, amount }) => (amount === undefined ? 'no rule' : `${action}=${amount}`))
    context.fate(origin, 'translated', `rctl ${resource}: ${text.join(', ')}`)
  }
}

function annotationRules(
  context: Context,
  resource: string,
  value: string,
  origin: string,
): Limit[] | undefined {
  if (!DENIABLE.has(resource) && !THROTTLED.has(resource) && !SIGNALLED.has(resource)) {
    const known = [...DENIABLE, ...THROTTLED, ...SIGNALLED, 'cpus', 'mode'].join(', ')
    context.fail(origin, `unknown resource ${resource}; known are ${known}`)
    return undefined
  }
  const rules: Limit[] = []
  for (const part of value.split(',').map(text => text.trim())) {
    const equals = part.indexOf('=')
    const action = equals === -1 ? usualAction(resource) : part.slice(0, equals)
    const text = part.slice(equals + 1)
    const wrong = wrongAction(action, resource)
    if (wrong !== undefined) context.fail(origin, wrong)
    else if (text === '-1' || text === 'unlimited')
      rules.push({ resource, action, amount: undefined, origin })
    else {
      const amount = text.endsWith('%') ? undefined : parseSize(text, () => 0n)
      const largest = largestAmount(resource)
      if (amount === undefined) context.fail(origin, `${text || '""'}: must be a number, with k, m, g or t`)
      else if (amount > largest) context.fail(origin, `${text}: must be at most ${largest}`)
      else rules.push({ resource, action, amount: String(amount), origin })
    }
  }
  return rules
}

/** The mode: the caller's word, else the annotation's, else strict. */
function modeOf(context: Context, limits: 'strict' | 'best-effort' | undefined): 'strict' | 'best-effort' {
  const annotated = context.annotations[MODE_ANNOTATION]
  const origin = annotationPath(MODE_ANNOTATION)
  if (annotated !== undefined) {
    if (annotated !== 'strict' && annotated !== 'best-effort') {
      context.fail(origin, `${JSON.stringify(annotated)}: must be strict or best-effort`)
      return 'strict'
    }
    const overridden = limits !== undefined && limits !== annotated
    context.fate(
      origin,
      overridden ? 'ignored' : 'applied',
      overridden ? 'the caller says otherwise (--limits)' : '',
    )
  }
  return limits ?? (annotated as 'best-effort' | undefined) ?? 'strict'
}

/** The steps that set the limits, to be done when the jail exists and before anything runs in it. */
export function limitSteps(
  context: Context,
  jailName: string,
  mode: 'strict' | 'best-effort' | undefined,
): RunStep[] {
  const resources = context.config.linux?.resources
  const limits: Limits = resources ? limitsOfResources(resources, 'linux.resources', context) : { rules: [] }
  fromAnnotations(context, limits)
  const chosen = modeOf(context, mode)
  const steps: RunStep[] = cleanStart(context, jailName)
  if (limits.cpus) {
    const { list, origin } = limits.cpus
    steps.push({ kind: 'run', call: cpusetCall(jailName, list), undo: [], origin })
  }
  if (resources) {
    for (const { path, note } of askedInVain(resources))
      context.warn(`linux.resources.${path}: ignored: ${note.replace(/\.$/, '')}`)
  }
  const rules = limits.rules.filter(rule => rule.amount !== undefined)
  if (rules.length === 0) return steps
  const problem = racctProblem(context.facts)
  if (problem && chosen === 'strict') {
    for (const { origin } of rules)
      context.fail(origin, problem.text, { code: 'UNSUPPORTED', hint: `${problem.hint}${OR_BEST_EFFORT}` })
    return steps
  }
  if (problem) {
    for (const { origin } of rules) context.fate(origin, 'ignored', problem.text)
    context.warn(
      `${rules.map(rule => rule.origin).join(', ')}: not in force: ${problem.text}; ${problem.hint}`,
    )
    return steps
  }
  warnOfTight(rules, context)
  steps.push({
    kind: 'run',
    call: { tool: 'rctl', args: ['-a', ...rules.map(rule => ruleText(jailName, rule))] },
    // cleanStart's undo removes them.
    undo: [],
    origin: [...new Set(rules.map(rule => rule.origin))].join(', '),
  })
  return steps
}

/** Limits that hold, and may leave the program no room. */
function warnOfTight(rules: readonly Limit[], sink: Pick<LimitSink, 'warn'>): void {
  for (const rule of rules) {
    const why = tightLimit(rule)
    if (why !== undefined) sink.warn(`${rule.origin}: ${rule.amount}: ${why}`)
  }
}

/** Rules are kept by name and would meet the next jail of that name (rctl.md section 2). */
function removeRules(jailName: string): ToolCall {
  return { tool: 'rctl', args: ['-r', `jail:${jailName}`], ignore: ['No such process'] }
}

/** Where the kernel accounts: no rule that somebody left for this name binds the container, nor outlives it. */
function cleanStart(context: Context, jailName: string): RunStep[] {
  if (context.facts.sysctl('kern.racct.enable') !== '1') return []
  const call = removeRules(jailName)
  return [{ kind: 'run', call, undo: [call], origin: 'rules left for this name' }]
}

function ruleText(jailName: string, rule: Limit): string {
  return `jail:${jailName}:${rule.resource}:${rule.action}=${rule.amount}`
}

function cpusetCall(jailName: string, list: string): ToolCall {
  return { tool: 'cpuset', args: ['-l', list, '-j', jailName] }
}

/**
 * Calls that change the limits of a running container (`update`). A deny rule replaces the one before it; other rules
 * of the resource and limits that are now unlimited are removed first. Errors go to `sink`.
 */
export function updateCalls(jailName: string, resources: LinuxResources, sink: LimitSink): ToolCall[] {
  const { rules, cpus } = limitsOfResources(resources, '', sink)
  const calls: ToolCall[] = []
  const gone = rules.filter(rule => rule.amount === undefined || rule.action !== 'deny')
  for (const { resource } of gone) {
    calls.push({ tool: 'rctl', args: ['-r', `jail:${jailName}:${resource}`], ignore: ['No such process'] })
  }
  const set = rules.filter(rule => rule.amount !== undefined)
  warnOfTight(set, sink)
  if (set.length > 0) calls.push({ tool: 'rctl', args: ['-a', ...set.map(rule => ruleText(jailName, rule))] })
  if (cpus) calls.push(cpusetCall(jailName, cpus.list))
  return calls
}
