/** Makes rules of rctl(8) and a cpuset(1) of the resource limits in a config (docs/freebsd/limits.md). */
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
/** The annotation whose value, `strict` (the default) or `best-effort`, decides what happens when limits cannot hold. */
export const MODE_ANNOTATION = `${PREFIX}mode`

/** A valid list. cpuset(1) of 15.1 applies the readable part of a bad list without an error (bin/cpuset/cpuset.c). */
const CPU_LIST = /^[0-9]+(-[0-9]+)?(,[0-9]+(-[0-9]+)?)*$/

/** One rule of rctl(8), without its subject. */
interface Limit {
  resource: string
  action: string
  /** A decimal number; undefined for "unlimited", which makes no rule, and in an update removes the rule. */
  amount: string | undefined
  origin: string
}

/** The limits of one config, with its list of processors. */
interface Limits {
  rules: Limit[]
  cpus?: { list: string; origin: string }
}

/** Takes the errors of the collecting functions. */
export interface LimitSink {
  fail(property: string, text: string): void
  warn(text: string): void
  fate(property: string, fate: 'applied' | 'translated' | 'ignored', note: string): void
}

/**
 * The limits in `linux.resources` of a config or of `update`. `property` is their path; a value below 0 means unlimited.
 */
function limitsOfResources(resources: LinuxResources, property: string, sink: LimitSink): Limits {
  const limits: Limits = { rules: [] }
  const at = (path: string) => (property === '' ? path : `${property}.${path}`)
  const rule = (path: string, resource: string, given: bigint | undefined, action = 'deny') => {
    // A JSON number of 2^63 - 1 arrives as 2^63.
    const amount = given === 1n << 63n ? given - 1n : given
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
  // memory.swap of Linux counts memory and swap together, and so does swapuse, which charges memory when it is reserved.
  if (memory?.swap !== undefined) rule('memory.swap', 'swapuse', positive(memory.swap))
  if (cpu?.quota !== undefined) {
    const period = BigInt(cpu.period || 100_000)
    const quota = positive(cpu.quota)
    const percent = quota === undefined ? undefined : (quota * 100n + period - 1n) / period
    rule('cpu.quota', 'pcpu', percent)
    if (cpu.period !== undefined) sink.fate(at('cpu.period'), 'translated', 'part of cpu.quota')
  } else if (cpu?.period !== undefined) {
    // The kernel keeps only the share that the container had, from which no quota can be computed.
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
  // Container managers write 0 for "no limit".
  if (pids?.limit !== undefined) rule('pids.limit', 'maxproc', positive(pids.limit))
  throttles(blockIO, rule)
  return limits
}

type Rule = (path: string, resource: string, amount: bigint | undefined, action?: string) => void

/** Limits that throttle one device on Linux. rctl(8) counts all devices of the jail together, so the strictest rate holds. */
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

/** True for a list of processors that cpuset(1) takes whole: `0-3,7`, no descending range. */
export function isCpuList(list: string): boolean {
  if (!CPU_LIST.test(list)) return false
  return list.split(',').every(part => {
    const [low, high = low] = part.split('-').map(Number)
    return low! <= high! && high! < 1024
  })
}

/** Reads `org.jailwright.limits.<resource>` = `[action=]amount[,...]`, which override the limits of `linux.resources`. */
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

/** The mode that the caller gives, else that of the annotation, else strict. */
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

/** The steps that set the limits; `create` does them when the jail exists and before a program runs in it. */
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

/** Warns of limits that may leave the program too little room. */
function warnOfTight(rules: readonly Limit[], sink: Pick<LimitSink, 'warn'>): void {
  for (const rule of rules) {
    const why = tightLimit(rule)
    if (why !== undefined) sink.warn(`${rule.origin}: ${rule.amount}: ${why}`)
  }
}

/** Removes the rules of a jail: they belong to its name and would hold for the next jail of that name (rctl(8)). */
function removeRules(jailName: string): ToolCall {
  return { tool: 'rctl', args: ['-r', `jail:${jailName}`], ignore: ['No such process'] }
}

/** Removes old rules for the container's name before its start, and its own rules in the undo, where there is accounting. */
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
 * The calls by which `update` changes the limits of a running container. A deny rule replaces the old one; other rules of
 * the resource, and limits that are now unlimited, are removed first. Errors go to `sink`.
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
