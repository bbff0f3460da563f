/**
 * The thorough way through a command line, for what `fast-parse.ts` does not take: help, version, unusual spellings,
 * and everything that is wrong, with the exact complaint.
 */
import { type CommandName, type Invocation, isCommand, optionsOf, specOf } from './commands.ts'
import type { Parsed } from './fast-parse.ts'
import { suggestion } from './suggestion.ts'
import type { OptionSpec } from './table/types.ts'
import { usageError } from './usage.ts'
import { toInvocation } from './values.ts'
import { versionText } from './version.ts'

/** What there is to print in place of a command. */
export interface Text {
  readonly text: string
}

type Options = Readonly<Record<string, OptionSpec>>

function takesNext(options: Options, argument: string): boolean {
  if (argument.includes('=')) return false
  if (argument.startsWith('--')) return (options[argument.slice(2)]?.type ?? 'flag') !== 'flag'
  // -abc: only the last letter can take the next argument.
  const letter = argument.at(-1)
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

async function helpText(program: string, command: CommandName | undefined): Promise<Text> {
  const { help } = await import('./yargs-parse.ts')
  return { text: await help(program, command) }
}

function known(word: string): CommandName {
  if (isCommand(word)) return word
  const near = suggestion(word)
  throw usageError(`unknown command ${JSON.stringify(word)}${near ? `, did you mean "${near}"?` : ''}`)
}

/**
 * Parses a command line with yargs. Gives a text for help and version and for a line without a command. Throws USAGE.
 */
export async function slowParse(argv: readonly string[], program: string): Promise<Parsed | Text> {
  // runc's options stand in two places, before the command and after it, and the words behind an exec's container id
  // belong to the program: yargs is given what lies between.
  const at = firstWord(argv, optionsOf(undefined))
  const before = argv.slice(0, at).filter(argument => argument !== '--')
  const word = argv[at]
  const command = word === undefined ? undefined : known(word)
  let after = argv.slice(at + 1)
  let passed: readonly string[] = []
  if (command !== undefined && specOf(command).passThrough) {
    const cut = firstWord(after, optionsOf(command))
    // `exec ID -- sh -c ...`: people write the dashes; no program has that name.
    passed = after.slice(cut).filter((argument, index) => index !== 1 || argument !== '--')
    after = after.slice(0, cut)
  }
  const { yargsParse } = await import('./yargs-parse.ts')
  const { raw, words } = yargsParse([...before, ...after], command)
  if (raw.version) return { text: versionText() }
  if (command === undefined || raw.help) return helpText(program, command)
  const parsed: Parsed = { command, raw, words: [...words, ...passed] }
  if (command !== 'help') return parsed
  return helpTopic(parsed, program)
}

/** The command `help [COMMAND]`. Throws USAGE for an unknown command. */
export function helpTopic(parsed: Parsed, program: string): Promise<Text> {
  const { words } = toInvocation('help', parsed.raw, parsed.words) as Invocation<'help'>
  return helpText(program, words.topic === undefined ? undefined : known(words.topic))
}
