/**
 * The parser of all command lines that `fast-parse.ts` leaves: help, version, unusual spellings, and wrong command
 * lines, which it reports exactly.
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

/** A text that is printed instead of running a command. */
export interface Text {
  readonly text: string
}

type Options = Readonly<Record<string, OptionSpec>>

/** True when the value of an option is the next argument. */
function takesNext(options: Options, argument: string): boolean {
  if (argument.includes('=')) return false
  if (argument.startsWith('--')) return (options[argument.slice(2)]?.type ?? 'flag') !== 'flag'
  // In -abc only the last letter can take the next argument as its value.
  const letter = argument[argument.length - 1]
  return Object.values(options).some(({ alias, type }) => alias === letter && type !== 'flag')
}

/**
 * Returns the index of the first word in `args`, or `args.length` when there is none. Unknown options count as flags.
 */
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

/**
 * Returns a command's name.
 * @throws JailwrightError USAGE for an unknown command, with the nearest known one.
 */
function known(word: string): CommandName {
  if (isCommand(word)) return word
  const near = suggestion(word)
  throw usageError(`unknown command ${JSON.stringify(word)}${near ? `, did you mean "${near}"?` : ''}`)
}

/** Removes the global options that the command defines in another form. They have no effect (`rootless`). */
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

/** A command line that is cut at its words. runc has options before the command and options after it. */
interface Cut {
  /** The first word, known or not. */
  readonly word: string | undefined
  readonly before: readonly string[]
  readonly after: readonly string[]
  /** The container id of an `exec` and the words after it, which belong to the program. */
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
  // In `exec ID -- sh -c ...` the dashes are dropped: people write them, and no program has that name.
  const passed = after.slice(end).filter((argument, index) => index !== 1 || argument !== '--')
  return { word, before, after: after.slice(0, end), passed }
}

/** The options that decide where messages go. */
const REPORTING = ['log', 'log-format', 'log-level', 'debug']

/**
 * Returns the global options of a wrong command line that decide where and how the error is reported, as far as they
 * can be recognised. Options of the program of an `exec` are never taken for them.
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
 * Parses a command line with yargs. Returns a text for help, for the version, and for a line without a command.
 * @throws JailwrightError USAGE for a wrong line.
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

/**
 * Returns the text of `help [COMMAND]`.
 * @throws JailwrightError USAGE for an unknown command.
 */
function helpTopic(parsed: Parsed, program: string): Text {
  const { words } = toInvocation('help', parsed.raw, parsed.words) as Invocation<'help'>
  return helpText(program, words.topic === undefined ? undefined : known(words.topic))
}
