/** A plan as an administrator would write it: devfs.rules(5), jail.conf(5), command lines with their undo, fates. */
import type { Fate, HookPlan, Plan, ProcessPlan } from '../core/plan.ts'
import type { Refusal } from '../core/refusal.ts'
import { type Command, planCommands } from './commands.ts'
import { commentText, jailConfValue, shellWord } from './quote.ts'

/** Characters that have a meaning for sh(1), which reads devfs.rules(5). */
const PATTERN_SIGNS = /[*?[\]'"$&;|<>()`\\]/

/** How a plan is printed. */
export interface TextOptions {
  /** The runtime's state directory, which holds that of the container. */
  stateRoot?: string
}

/** The whole text, ending in a newline. */
export function planText(plan: Plan, options: TextOptions = {}): string {
  const state = `${options.stateRoot ?? '/var/run/jailwright'}/${plan.id}`
  const commands = planCommands(plan, state)
  return joined([
    header(plan),
    ruleset(plan),
    section('jail.conf(5)', jailConf(plan, state)),
    section('commands, in this order', commands.flatMap(commandLines)),
    section('process', processLines(plan.process)),
    hooks(plan),
    section('undo, in this order', undoLines(commands)),
    section('properties', fateLines(plan.fates)),
  ])
}

/** The text that `plan` prints for a config that is refused: the fate of each property, with the reason of each refusal. */
export function refusalText({ id, errors, warnings, fates }: Refusal): string {
  const wrong = errors.length === 1 ? 'one error' : `${errors.length} errors`
  return joined([
    [`# Container ${id}: refused for ${wrong}`, ...warnings.map(warning => `# Warning: ${warning}`)],
    section('properties', fateLines(fates)),
  ])
}

/** Joins sections with an empty line between them. */
function joined(sections: readonly string[][]): string {
  return `${sections
    .filter(each => each.length > 0)
    .map(each => each.map(line => (line.startsWith('#') ? commentText(line) : line)).join('\n'))
    .join('\n\n')}\n`
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`# == ${title}`, ...lines]
}

function header(plan: Plan): string[] {
  return [
    `# Container ${plan.id}: jail ${plan.jailName}${plan.parentJail === undefined ? '' : `, child of ${plan.parentJail}`}`,
    `# Root filesystem: ${plan.rootPath}${plan.readonlyRoot ? ' (read-only)' : ''}`,
    `# Network: ${network(plan)}`,
    ...plan.warnings.map(warning => `# Warning: ${warning}`),
  ]
}

function network(plan: Plan): string {
  if (plan.vnet) return 'a stack of its own (vnet)'
  return plan.parentJail === undefined ? "the host's stack" : `the stack of ${plan.parentJail}`
}

function ruleset(plan: Plan): string[] {
  return plan.steps.flatMap(step => {
    if (step.kind !== 'ruleset') return []
    const name = `jailwright_${plan.jailName.replaceAll(/[^A-Za-z0-9]/g, '_')}`
    const rules = step.rules.map(rule => {
      const words = rule.split(' ').map(word => (PATTERN_SIGNS.test(word) ? shellWord(word) : word))
      return `add ${words.join(' ')}`
    })
    return section('devfs.rules(5); the next free number when this one is taken', [
      `[${name}=${step.preferred}]`,
      ...rules,
    ])
  })
}

/** Parameters whose elements are separated by commas. */
const LISTS = new Set(['ip4.addr', 'ip6.addr'])

function jailConf(plan: Plan, state: string): string[] {
  return plan.steps.flatMap(step => {
    if (step.kind !== 'jail') return []
    const path = plan.readonlyRoot ? `${state}/root` : plan.rootPath
    const parameters = step.parameters.map(([name, value]) => {
      if (value === true) return `  ${name};`
      const values = LISTS.has(name) ? value.split(',') : [value]
      return `  ${name} = ${values.map(jailConfValue).join(', ')};`
    })
    return [`${jailConfValue(step.name)} {`, `  path = ${jailConfValue(path)};`, ...parameters, '}']
  })
}

function commandLines(command: Command): string[] {
  return [...(command.note === undefined ? [] : [`# ${command.note}`]), command.line]
}

function undoLines(commands: readonly Command[]): string[] {
  return commands.flatMap(command => (command.undo === undefined ? [] : [command.undo])).reverse()
}

function processLines(process: ProcessPlan): string[] {
  const limits = process.rlimits.map(({ resource, soft, hard }) => {
    const text = (value: string) => (value === '-1' ? 'infinity' : value)
    return `# rlimit ${resource}: ${text(soft)} (hard ${text(hard)})`
  })
  return [
    process.args.map(shellWord).join(' '),
    `# in ${process.cwd}, uid ${process.uid}, gid ${process.gid}${
      process.groups.length === 0 ? '' : `, groups ${process.groups.join(' ')}`
    }, umask ${process.umask.toString(8).padStart(4, '0')}`,
    ...(process.terminal
      ? [
          `# on a terminal${process.consoleSize ? ` of ${process.consoleSize.width}x${process.consoleSize.height}` : ''}`,
        ]
      : []),
    ...(process.noNewPrivileges ? ['# no new privileges'] : []),
    ...(process.fib === undefined ? [] : [`# routing table ${process.fib}`]),
    ...limits,
    ...process.env.map(entry => `# env ${shellWord(entry)}`),
  ]
}

function hooks(plan: Plan): string[] {
  const line = (kind: string, hook: HookPlan) => {
    const timeout = hook.timeout === undefined ? '' : `, at most ${hook.timeout} s`
    const [name = hook.path, ...rest] = hook.args
    const as = name === hook.path ? '' : `, argv[0] ${shellWord(name)}`
    return `# ${kind}: ${[hook.path, ...rest].map(shellWord).join(' ')}${as}${timeout}`
  }
  const lines = Object.entries(plan.hooks).flatMap(([kind, list]) => list.map(hook => line(kind, hook)))
  return section('hooks', lines)
}

function fateLines(fates: readonly Fate[]): string[] {
  return fates.map(({ property, fate, note }) => {
    const text = note === '' ? '' : `: ${note}`
    return `# ${fate.padEnd(10)} ${property}${text}`
  })
}
