import { KernelError } from '../../text/errno.ts'
import { applyMode } from '../../text/mode.ts'
import { groupId, groupName, userId, userName } from '../../text/names.ts'
import { toInteger } from '../../text/numbers.ts'
import { Output } from '../../text/output.ts'
import type { DeviceClass } from './nodes.ts'

/** One rule of devfs(8): conditions and actions (struct devfs_rule). */
export interface DevfsRule {
  /** 1 to 65535; 0 asks for an automatic number. */
  number: number
  types: readonly DeviceClass[]
  path?: string
  hide: boolean
  unhide: boolean
  uid?: number
  gid?: number
  mode?: number
  include?: number
}

const TYPES: readonly DeviceClass[] = ['disk', 'mem', 'tape', 'tty']
/** DEVFS_MAXPTRNLEN without the terminating NUL. */
const PATTERN_LENGTH = 199

/** atonum of devfs(8): a 16-bit number, undefined otherwise. The empty word is 0, as strtoul(3) reads it. */
export function toNumber(text: string): number | undefined {
  if (!/^\s*\+?[0-9]*$/.test(text) || text === '+') return undefined
  const value = Number(text)
  return value <= 65_535 ? value : undefined
}

/** As `toNumber`, but ends the tool when the text is no number. */
export function needNumber(text: string, out: Output): number {
  return toNumber(text) ?? out.err(1, `error converting to number: ${text}`)
}

/** eatoi of devfs(8): an int; ends the tool for another text. */
export function needInteger(text: string, out: Output): number {
  return toInteger(text) ?? out.err(1, `error converting to integer: ${text}`)
}

/**
 * Reads a rule from its words (rulespec_intok): an optional number, conditions, actions. Ends the
 * tool with devfs(8)'s message for anything else.
 */
export function parseRule(words: readonly string[], out: Output): DevfsRule {
  if (words.length === 0) out.err(1, 'unexpected end of rulespec')
  let at = 0
  const number = toNumber(words[0]!)
  if (number !== undefined) at = 1
  const argument = (): string => {
    const value = words[at + 1]
    if (value === undefined) out.err(1, `expecting argument for ${words[at]}`)
    at += 2
    return value
  }
  const types = new Set<DeviceClass>()
  const rule: DevfsRule = { number: number ?? 0, types: [], hide: false, unhide: false }
  for (;;) {
    if (words[at] === 'type') {
      const name = argument()
      types.add(TYPES.find(type => type === name) ?? out.err(1, `unknown type: ${name}`))
    } else if (words[at] === 'path') {
      const pattern = argument()
      if (pattern.length > PATTERN_LENGTH) out.warn('pattern specified too long; truncated')
      rule.path = pattern.slice(0, PATTERN_LENGTH)
    } else break
  }
  rule.types = TYPES.filter(type => types.has(type))
  while (at < words.length) parseAction(words[at]!, rule, argument, () => (at += 1), out)
  return rule
}

/** Throws what is wrong with a rule, where there is no tool to end. */
class Refusal extends Output {
  override err(_status: number, text: string): never {
    throw new KernelError('EINVAL', text)
  }
}

/** A rule from one line of text; EINVAL with devfs(8)'s words when the line is no rule. */
export function parseRuleText(text: string): DevfsRule {
  return parseRule(
    text.split(/[ \t]+/).filter(word => word !== ''),
    new Refusal('devfs rule'),
  )
}

function parseAction(
  word: string,
  rule: DevfsRule,
  argument: () => string,
  skip: () => void,
  out: Output,
): void {
  switch (word) {
    case 'hide':
      rule.hide = true
      skip()
      return
    case 'unhide':
      rule.unhide = true
      skip()
      return
    case 'user': {
      const name = argument()
      rule.uid = userId(name) ?? needInteger(name, out)
      return
    }
    case 'group': {
      const name = argument()
      rule.gid = groupId(name) ?? needInteger(name, out)
      return
    }
    case 'mode': {
      const text = argument()
      rule.mode = applyMode(text, 0) ?? out.err(1, `invalid mode: ${text}`)
      return
    }
    case 'include':
      rule.include = needNumber(argument(), out)
      return
    default:
      out.err(1, `unknown argument: ${word}`)
  }
}

/** The rule as `devfs rule show` prints it, with its number and a newline (rulespec_outfp). */
export function formatRule(rule: DevfsRule): string {
  return `${rule.number} ${ruleText(rule)}\n`
}

/** The rule in devfs(8)'s words, without its number. */
export function ruleText(rule: DevfsRule): string {
  const words: string[] = []
  for (const type of rule.types) words.push('type', type)
  if (rule.path !== undefined) words.push('path', rule.path)
  if (rule.hide) words.push('hide')
  if (rule.unhide) words.push('unhide')
  if (rule.uid !== undefined) words.push('user', userName(rule.uid) ?? String(rule.uid))
  if (rule.gid !== undefined) words.push('group', groupName(rule.gid) ?? String(rule.gid))
  if (rule.mode !== undefined) words.push('mode', rule.mode.toString(8))
  if (rule.include !== undefined) words.push('include', String(rule.include))
  return words.join(' ')
}
