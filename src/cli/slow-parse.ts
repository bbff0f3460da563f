/**
 * The thorough way through a command line, for what `fast-parse.ts` does not take: help, version, unusual spellings,
 * and everything that is wrong, with the exact complaint.
 */
import { hasOwn } from '../es2020.ts'
import { type CommandName, type Invocation, isCommand, optionsOf, specOf } from './commands.ts'
import type { Parsed } from './fast-parse.ts'
import { suggestion } from './suggestion.ts'
import { globalOptions } from './table/global.ts'
import type { OptionSpec } from './table/types.ts'
import { usageError } from './usage.ts'
import { type RawValue, type RawValues, toInvocation } from './values.ts'
import { versionText } from './version.ts'
import { help, yargsParse } from './yargs-parse.ts'

/** What there is to print in place of a command. */
export interface Text {
  readonly text: string
}

type Options = Readonly<Record<string, OptionSpec>>

function takesNext(options: Options, argument: string): boolean {
  if (argument.includes('=')) return false
  if (argument.startsWith('--')) return (options[argument.slice(2)]?.type ?? 'flag') !== 'flag'
  // -abc: only the last letter can take the next argument.
  const letter = argument[argument.length - 1]
  return Object.values(options).some(({ alias, type }) => alias === letter && type !== 'flag')
}

/** Index of the first word in `args`, `args.length` when there is none. Unknown options are taken for flags. */
function firstWord(args: readonly string[], options: Options): number {
  for (let at = 0; at < args.length; at++) {
    const argument = args[at]!
    if (argument === '--') return at + 1
    if (!argument.startsWith('-') || argument === '-') return at
    if (takesNext(options, argument)) at++
  }
  return args.length
}

function helpText(program: string, command: CommandName | undefined): Text {
  return { text: help(program, command) }
}

function known(word: string): CommandName {
  if (isCommand(word)) return word
  const near = suggestion(word)
  throw usageError(`unknown command ${JSON.stringify(word)}${near ? `, did you mean "${near}"?` : ''}`)
}

/** Global options without those that the command knows in another form; they are without effect (`rootless`). */
function withoutHidden(before: readonly string[], command: CommandName | undefined): string[] {
  const own = command === undefined ? {} : specOf(command).options
  const kept: string[] = []
  for (let at = 0; at < before.length; at++) {
    const argument = before[at]!
    const [, name = ''] = /^--([^=]+)/.exec(argument) ?? []
    const length = takesNext(globalOptions, argument) ? 2 : 1
    if (!hasOwn(globalOptions, name) || !hasOwn(own, name)) kept.push(...before.slice(at, at + length))
    at += length - 1
  }
  return kept
}

/** A command line cut where its words stand: runc's options are before the command and after it. */
interface Cut {
  /** The first word, whatever it is. */
  readonly word: string | undefined
  readonly before: readonly string[]
  readonly after: readonly string[]
  /** What stands behind an exec's container id and belongs to the program, with that id. */
  readonly passed: readonly string[]
}

function cut(argv: readonly string[]): Cut {
  const at = firstWord(argv, optionsOf(undefined))
  const before = argv.slice(0, at).filter(argument => argument !== '--')
  const word = argv[at]
  const after = argv.slice(at + 1)
  if (word === undefined || !isCommand(word) || !specOf(word).passThrough)
    return { word, before, after, passed: [] }
  const end = firstWord(after, optionsOf(word))
  // `exec ID -- sh -c ...`: people write the dashes; no program has that name.
  const passed = after.slice(end).filter((argument, index) => index !== 1 || argument !== '--')
  return { word, before, after: after.slice(0, end), passed }
}

/** The options that say where messages go. */
const REPORTING = ['log', 'log-format', 'log-level', 'debug']

/**
 * Of a line that is wrong, the global options that say where and how to report it, as far as they can be made out;
 * nothing of what belongs to the program of an `exec` is taken for one.
 */
export function reportingOptions(argv: readonly string[]): RawValues {
  const { word, before, after } = cut(argv)
  const options = optionsOf(word !== undefined && isCommand(word) ? word : undefined)
  const own = [...before, ...after]
  const raw: Record<string, RawValue> = {}
  for (let at = 0; at < own.length; at++) {
    const argument = own[at]!
    if (argument === '--') break
    const [, name = '', value] = /^--([^=]+)(?:=(.*))?$/s.exec(argument) ?? []
    const next = takesNext(options, argument) ? own[++at] : undefined
    if (REPORTING.includes(name)) raw[name] = name === 'debug' ? value !== 'false' : (value ?? next)
  }
  return raw
}

/**
 * Parses a command line with yargs. Gives a text for help and version and for a line without a command. Throws USAGE.
 */
export function slowParse(argv: readonly string[], program: string): Parsed | Text {
  const { word, before, after, passed } = cut(argv)
  const command = word === undefined ? undefined : known(word)
  const { raw, words } = yargsParse([...withoutHidden(before, command), ...after], command)
  if (raw.version) return { text: versionText() }
  if (command === undefined || raw.help) return helpText(program, command)
  const parsed: Parsed = { command, raw, words: [...words, ...passed] }
  if (command !== 'help') return parsed
  return helpTopic(parsed, program)
}

/** The command `help [COMMAND]`. Throws USAGE for an unknown command. */
function helpTopic(parsed: Parsed, program: string): Text {
  const { words } = toInvocation('help', parsed.raw, parsed.words) as Invocation<'help'>
  return helpText(program, words.topic === undefined ? undefined : known(words.topic))
}
