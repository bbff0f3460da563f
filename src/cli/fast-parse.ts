/**
 * The parser of plain command lines. Loading yargs takes longer than all the rest of `state`, so this parser takes
 * options in their plain forms (`--name value`, `--name=value`, `--flag`, `-n value`, `-n`) and leaves every other
 * command line, wrong or only unusual, to yargs (`slow-parse.ts`). A property test asserts that both parsers agree.
 */
import { hasOwn } from '../es2020.ts'
import { type CommandName, isCommand, optionsOf, specOf } from './commands.ts'
import type { OptionSpec } from './table/types.ts'
import type { RawValue } from './values.ts'

/** A command line in its parts, without any check of the values. */
export interface Parsed {
  readonly command: CommandName
  readonly raw: Readonly<Record<string, RawValue>>
  readonly words: readonly string[]
}

type Options = Readonly<Record<string, OptionSpec>>

function byLetter(options: Options, letter: string): string | undefined {
  for (const name in options) if (options[name]!.alias === letter) return name
  return undefined
}

/**
 * Reads the options before the first word, from `at` on, into `raw`. Returns the word's index, or -1 when an option
 * does not have a plain form.
 */
function takeOptions(
  args: readonly string[],
  at: number,
  options: Options,
  raw: Record<string, RawValue>,
): number {
  for (; at < args.length; at++) {
    const argument = args[at]!
    if (!argument.startsWith('-') || argument === '-') return at
    const equals = argument.indexOf('=')
    let name: string | undefined
    if (argument.startsWith('--')) name = equals < 0 ? argument.slice(2) : argument.slice(2, equals)
    else if (argument.length === 2) name = byLetter(options, argument[1]!)
    if (name === undefined || !hasOwn(options, name)) return -1
    const { type } = options[name]!
    let value: string | true
    if (type === 'flag') {
      if (equals >= 0) return -1
      value = true
    } else if (equals >= 0) {
      value = argument.slice(equals + 1)
      // yargs reads `--list=` as a list without a value.
      if (value === '' && type === 'list') return -1
    } else {
      const next = args[++at]
      // yargs accepts a lone `-` as the value of an option, but not as an element of a list.
      if (next === undefined || (next.startsWith('-') && (next !== '-' || type === 'list'))) return -1
      value = next
    }
    raw[name] =
      type === 'list' ? [...((raw[name] as readonly string[] | undefined) ?? []), value as string] : value
  }
  return at
}

/** True for a plain command line that only asks for the version, which podman does often. */
export function asksForVersion(argv: readonly string[]): boolean {
  const raw: Record<string, RawValue> = {}
  return takeOptions(argv, 0, optionsOf(undefined), raw) === argv.length && raw.version === true && !raw.help
}

/** Parses a plain command line without the program's name. Returns undefined when yargs must parse it. */
export function fastParse(argv: readonly string[]): Parsed | undefined {
  const raw: Record<string, RawValue> = {}
  let at = takeOptions(argv, 0, optionsOf(undefined), raw)
  const command = argv[at]
  if (at < 0 || command === undefined || !isCommand(command)) return undefined
  const options = optionsOf(command)
  const words: string[] = []
  for (at++; ; at++) {
    at = takeOptions(argv, at, options, raw)
    if (at < 0) return undefined
    if (at === argv.length) break
    words.push(argv[at]!)
    if (specOf(command).passThrough) {
      words.push(...argv.slice(argv[at + 1] === '--' ? at + 2 : at + 1))
      break
    }
  }
  return raw.help || raw.version ? undefined : { command, raw, words }
}
