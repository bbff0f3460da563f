/** Rules of devfs(8): their grammar, and how a container's own set is written (docs/freebsd/devfs.md). */

import { findLastIndex } from '../../es2020.ts'
import type { Context } from '../core/context.ts'
import type { HostFacts } from '../core/plan.ts'
import { accessMode, modeSoFar, notTighter } from './modes.ts'
import { type DeviceRequest, isPattern } from './requests.ts'

/**
 * The first rules of a set that begins as `ruleset` does. The kernel resolves one level of `include` only: a set that
 * includes 4 alone would get neither "hide all" nor the other sets that 4 includes, and would show the whole host. So the
 * sets that 4 includes are included as well, as FreeBSD's own set 5 does. Other sets are copied rule by rule. undefined
 * when the set cannot be read.
 */
export function baseRules(
  facts: HostFacts,
  ruleset: number,
  around: readonly number[] = [],
): string[] | undefined {
  switch (ruleset) {
    case 1:
    case 2:
    case 3:
      return [`include ${ruleset}`]
    case 4:
      return ['include 1', 'include 2', 'include 3', 'include 4']
    case 5:
      return ['include 1', 'include 2', 'include 3', 'include 4', 'include 5']
    default: {
      const rules = facts.rulesetRules?.(ruleset)
      if (!rules?.length) return undefined
      const all: string[] = []
      for (const rule of rules) {
        const included = Number(/^include ([0-9]+)$/.exec(rule)?.[1] ?? ruleset)
        const inner = [...around, ruleset].includes(included)
          ? undefined
          : baseRules(facts, included, [...around, ruleset])
        // Devices that the set has shown by now stay shown, because the kernel ignores an include inside an included set.
        const hidden = all.includes('hide') || all.includes('include 1')
        all.push(...(inner ?? [rule]).filter(line => line === rule || !hidden || line !== 'include 1'))
      }
      return all
    }
  }
}

/**
 * The intended rules of an administrator's set that hides nothing itself and whose includes are too deep for the kernel.
 * Many guides have sets of `include 4` and one more device; such a set shows every device of the host. undefined when the
 * set does what it says.
 */
export function impliedRules(facts: HostFacts, ruleset: number): string[] | undefined {
  const rules = ruleset <= 5 ? undefined : facts.rulesetRules?.(ruleset)
  if (!rules || rules.includes('hide') || rules.includes('include 1')) return undefined
  const all = baseRules(facts, ruleset)
  return all?.includes('include 1') ? all : undefined
}

/** True when one of the rules hides everything, by `hide` or by an include of set 1. */
export function hidesAll(rules: readonly string[]): boolean {
  return rules.some(rule => ['hide', 'path * hide', 'include 1'].includes(rule.trim()))
}

/** A parsed rule. */
interface Rule {
  type: string[]
  path?: string
  actions: string[]
  mode?: string
  include?: number
  unhides: boolean
}

/** Symbolic modes of chmod(1), as far as they make sense for a node. */
const SYMBOLIC_MODE = /^[ugoa]*[-+=][rwxXst]*(,[ugoa]*[-+=][rwxXst]*)*$/

/** Parses a rule without its number; gives the text of devfs(8)'s error for a wrong rule. */
export function parseRule(text: string): Rule | string {
  const words = text.split(/[ \t]+/).filter(word => word !== '')
  const rule: Rule = { type: [], actions: [], unhides: false }
  if (/\n|\r|#/.test(text)) return 'a rule is one line without comment'
  if (words.length === 0) return 'unexpected end of rulespec'
  if (/^[0-9]+$/.test(words[0]!)) return 'rules are numbered by the runtime: leave the number out'
  while (words.length > 0) {
    const word = words.shift()!
    if (word === 'hide' || word === 'unhide') {
      rule.actions.push(word)
      if (word === 'unhide') rule.unhides = true
      continue
    }
    if (!['type', 'path', 'user', 'group', 'mode', 'include'].includes(word))
      return `unknown argument: ${word}`
    const value = words.shift()
    if (value === undefined) return `expecting argument for ${word}`
    if (word === 'type') {
      if (!['disk', 'mem', 'tape', 'tty'].includes(value)) return `unknown type: ${value}`
      rule.type.push(value)
    } else if (word === 'path') {
      if (value.length > 199) return 'pattern specified too long'
      rule.path = value.replace(/^\/dev\//, '')
      if (rule.path === '') return 'expecting argument for path'
    } else if (word === 'mode') {
      if (!/^[0-7]{1,4}$/.test(value) && !SYMBOLIC_MODE.test(value)) return `invalid mode: ${value}`
      rule.mode = value
    } else if (word === 'include') {
      if (!/^[0-9]{1,5}$/.test(value) || Number(value) < 1 || Number(value) > 65_535) {
        return `error converting to number: ${value}`
      }
      rule.include = Number(value)
    } else {
      if (!/^[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(value)) return `error converting to integer: ${value}`
      rule.actions.push(`${word} ${value}`)
    }
  }
  return rule
}

/** Writes the rules of one set. */
export interface RuleWriter {
  /** A `rule=` option of a mount, checked. */
  option(context: Context, text: string, property: string): void
  /** Writes a device, a pattern, or a directory with its contents; also its parents and the links that lead to it. */
  entry(request: DeviceRequest): void
  /** Shows a name and its parents, without links and without the contents of a directory. */
  unhide(rule: { name: string; actions?: readonly string[] }): void
  rules(): string[]
}

/** A writer that starts with `start`. */
export function ruleWriter(facts: HostFacts, start: readonly string[]): RuleWriter {
  const lines = [...start]
  /** Nodes from which a rule has taken access away. */
  const cut = new Set<string>()
  let links: ReadonlyMap<string, string> | undefined
  // Later rules win, so a path is only made visible again when something has hidden it in between.
  const add = (line: string) => {
    if (lines[lines.length - 1] === line) return
    if (line.endsWith(' unhide') && visibleAlready(lines, line)) return
    lines.push(line)
  }
  const unhide: RuleWriter['unhide'] = ({ name, actions = [] }) => {
    const parts = name.split('/')
    for (let depth = 1; depth < parts.length; depth += 1)
      add(`path ${parts.slice(0, depth).join('/')} unhide`)
    add(['path', name, 'unhide', ...actions].join(' '))
  }
  /** The targets of a link, and the links that lead to a node. */
  const otherNames = (name: string): { targets: string[]; links: string[] } => {
    links ??= facts.devLinks()
    const matches = matcher(name)
    const found = { targets: [] as string[], links: [] as string[] }
    for (const [link, target] of links) {
      if (matches(link) && !matches(target)) found.targets.push(target)
      if (matches(target) && !matches(link)) found.links.push(link)
    }
    return { targets: found.targets.sort(), links: found.links.sort() }
  }
  const write = (name: string, actions: (node: string) => readonly string[]) => {
    unhide({ name, actions: actions(name) })
    const others = otherNames(name)
    for (const target of others.targets) unhide({ name: target, actions: actions(target) })
    for (const link of others.links) unhide({ name: link })
  }
  const mode = (node: string, asked: string) => {
    const host = isPattern(node) ? undefined : facts.pathOwner(`/dev/${node}`)
    return host === undefined ? asked : notTighter(asked, host.mode)
  }
  return {
    option(context, text, property) {
      const rule = parseRule(text)
      if (typeof rule === 'string') {
        context.fail(property, rule)
        return
      }
      if (rule.include !== undefined) {
        const included = facts.rulesetExists(rule.include) ? baseRules(facts, rule.include) : undefined
        if (included === undefined)
          context.fail(property, `ruleset ${rule.include} does not exist on this host`)
        else for (const line of included) add(line)
        context.fate(property, 'translated', 'its rules, since an include reaches one level only')
        return
      }
      const written = (path: string) => [
        ...rule.type.map(type => `type ${type}`),
        `path ${path}`,
        ...rule.actions,
        ...(rule.mode === undefined ? [] : [`mode ${mode(path, rule.mode)}`]),
      ]
      if (rule.path === undefined || !rule.unhides || rule.type.length > 0) {
        const words =
          rule.path === undefined ? written('').filter(word => word !== 'path ') : written(rule.path)
        add(words.join(' '))
        context.fate(property, 'applied', '')
        return
      }
      // A rule may name a device that appears later, so a missing one is no error. Mounts on /dev/shm have their own check.
      if (rule.path !== 'shm' && !isPattern(rule.path) && facts.pathKind(`/dev/${rule.path}`) === undefined) {
        context.warn(`${property}: this host has no /dev/${rule.path}`)
      }
      const before = lines.length
      write(rule.path, node =>
        written(node)
          .slice(1)
          .filter(word => word !== 'unhide'),
      )
      const added = lines.slice(before)
      const same = added.length === 1 && added[0] === text
      context.fate(
        property,
        same ? 'applied' : 'translated',
        same ? '' : added.join('; ') || 'visible already',
      )
    },
    entry(request) {
      if (request.hide) {
        add(`path ${request.name} hide`)
        return
      }
      if (request.deny !== undefined) {
        const left = 'rw'.replace(new RegExp(`[${request.deny}]`, 'g'), '')
        const within = !isPattern(request.name) && facts.pathKind(`/dev/${request.name}`) === 'dir'
        const name = within ? `${request.name}/*` : request.name
        for (const node of [name, ...otherNames(name).targets]) {
          add(`path ${node} mode ${accessMode(facts, node, left, modeSoFar(lines, node))}`)
          cut.add(node)
        }
        return
      }
      const actions = (node: string) => {
        const full = cut.has(node) ? facts.pathOwner(`/dev/${node}`)?.mode : undefined
        const back = full?.toString(8).padStart(4, '0')
        const asked = request.mode ?? accessMode(facts, node, request.access) ?? back
        return [
          ...(request.uid === undefined ? [] : [`user ${request.uid}`]),
          ...(request.gid === undefined ? [] : [`group ${request.gid}`]),
          ...(asked === undefined ? [] : [`mode ${asked}`]),
        ]
      }
      if (!isPattern(request.name) && facts.pathKind(`/dev/${request.name}`) === 'dir') {
        unhide({ name: request.name })
        write(`${request.name}/*`, actions)
      } else write(request.name, actions)
    },
    unhide,
    rules: () => [...lines],
  }
}

/** True when the set shows the path of `path X unhide` and no rule after that could have hidden it. */
function visibleAlready(lines: readonly string[], line: string): boolean {
  const shown = findLastIndex(lines, other => other === line || other.startsWith(`${line} `))
  return (
    shown !== -1 &&
    !lines.slice(shown + 1).some(later => /\bhide\b/.test(later) || later.startsWith('include '))
  )
}

/** fnmatch(3) with FNM_PATHNAME, as devfs matches: `*` and `?` stop at a slash. */
export function matcher(pattern: string): (name: string) => boolean {
  if (!isPattern(pattern)) return name => name === pattern
  const source = pattern.replaceAll(/\[!?[^\]]*\]|[*?]|[.+^${}()|\\[\]]/g, part => {
    if (part === '*') return '[^/]*'
    if (part === '?') return '[^/]'
    return part.startsWith('[') && part.length > 1 ? part.replace('[!', '[^') : `\\${part}`
  })
  const expression = new RegExp(`^${source}$`)
  return name => expression.test(name)
}

/**
 * Rules that show or hide devices in a running container; `devfs -m DEV rule apply RULE` applies each, in order. Names that
 * the host lacks are in `missing` and are no error.
 */
export function liveDeviceRules(
  facts: HostFacts,
  names: readonly string[],
  action: 'add' | 'remove',
): { rules: string[]; missing: string[] } {
  const missing = names.filter(name => !isPattern(name) && facts.pathKind(`/dev/${name}`) === undefined)
  const writer = ruleWriter(facts, [])
  for (const name of names) if (!missing.includes(name)) writer.entry({ name, origin: name })
  if (action === 'add') return { rules: writer.rules(), missing }
  // Directories above a device stay visible, because another device may be in them.
  const parents = new Set(writer.rules().flatMap(rule => parentsOf(rule.split(' ')[1]!)))
  const wanted = new Set(names)
  const rules = writer
    .rules()
    .map(rule => rule.split(' ')[1]!)
    .filter(path => wanted.has(path) || !parents.has(path))
    .map(path => `path ${path} hide`)
  return { rules, missing }
}

function parentsOf(name: string): string[] {
  const parts = name.split('/')
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('/'))
}
