/**
 * Finds where the words of a command line begin. runc's options stand in two places, global ones before the command and
 * others after it, and the words after an exec's container id belong to the program: both need the place of the first
 * word that is neither an option nor an option's value, which no parser tells before it has parsed everything.
 */
import { type CommandName, isCommand, optionsOf, specOf } from './commands.ts'
import type { OptionSpec } from './table/types.ts'

/** A command line taken apart, nothing in it checked yet. */
export interface Scanned {
  /** Options before the command. */
  readonly before: readonly string[]
  /** The first word, undefined when there is none. */
  readonly word: string | undefined
  /** The command, undefined when there is no word or none of the table. */
  readonly command: CommandName | undefined
  /** What follows the command; for a command that passes words through, up to and without its first word. */
  readonly after: readonly string[]
  /** The first word and everything behind it, of a command that passes words through. */
  readonly passed: readonly string[] | undefined
}

function takesValue(options: Readonly<Record<string, OptionSpec>>, argument: string): boolean {
  if (argument.startsWith('--')) {
    const spec = options[argument.slice(2)]
    return spec !== undefined && spec.type !== 'flag'
  }
  // -abc: the first letter that takes a value takes the rest of the argument, or the next one when nothing is left.
  for (let at = 1; at < argument.length; at++) {
    for (const name in options) {
      const spec = options[name]
      if (spec?.alias === argument[at] && spec?.type !== 'flag') return at === argument.length - 1
    }
  }
  return false
}

/** Index of the first word in `args`, `args.length` when there is none. A `--` before it is an option. */
export function firstWord(args: readonly string[], options: Readonly<Record<string, OptionSpec>>): number {
  for (let at = 0; at < args.length; at++) {
    const argument = args[at]!
    if (argument === '--') return Math.min(at + 1, args.length)
    if (!argument.startsWith('-') || argument === '-') return at
    if (!argument.includes('=') && takesValue(options, argument)) at++
  }
  return args.length
}

/** Takes a command line (without the program) apart. */
export function scan(argv: readonly string[]): Scanned {
  const at = firstWord(argv, optionsOf(undefined))
  const before = argv.slice(0, at).filter(argument => argument !== '--')
  const word = argv[at]
  const rest = argv.slice(at + 1)
  if (word === undefined || !isCommand(word)) {
    return { before, word, command: undefined, after: rest, passed: undefined }
  }
  if (!specOf(word).passThrough) return { before, word, command: word, after: rest, passed: undefined }
  const cut = firstWord(rest, optionsOf(word))
  // `exec ID -- sh -c ...`: people write the dashes, no program has that name.
  const passed = rest.slice(cut).filter((argument, index) => !(index === 1 && argument === '--'))
  return { before, word, command: word, after: rest.slice(0, cut), passed }
}
