/** The rows of the table in the form that every completion script needs. */
import { type CommandName, commands, specOf } from '../commands.ts'
import { globalOptions } from '../table/global.ts'
import type { OptionSpec, PositionalSpec } from '../table/types.ts'

/** One option, as completion scripts need it. */
export interface OptionRow {
  readonly name: string
  readonly alias: string | undefined
  readonly describe: string
  readonly takesValue: boolean
  readonly repeats: boolean
  readonly value: string
  readonly choices: readonly string[]
  readonly complete: OptionSpec['complete']
}

/** One command, as completion scripts need it. */
export interface CommandRow {
  readonly name: string
  readonly purpose: string
  readonly options: readonly OptionRow[]
  readonly positionals: readonly PositionalSpec[]
  readonly passThrough: boolean
}

function rows(options: Readonly<Record<string, OptionSpec>>): OptionRow[] {
  return Object.entries(options)
    .filter(([, spec]) => !spec.ignored)
    .map(([name, { alias, describe, type, value, choices, complete }]) => ({
      name,
      alias,
      describe,
      takesValue: type !== 'flag',
      repeats: type === 'list',
      value: value ?? '',
      choices: choices ?? [],
      complete,
    }))
}

/** The global options, which may stand anywhere. */
export const globalRows: readonly OptionRow[] = rows(globalOptions)

/** The visible commands, in the order of the help. */
export const commandRows: readonly CommandRow[] = (Object.keys(commands) as CommandName[]).map(name => {
  const { purpose, options, positionals, passThrough } = specOf(name)
  return { name, purpose, options: rows(options), positionals, passThrough: passThrough ?? false }
})

/** Names of signals that people send. FreeBSD and Linux have all of them. */
const signals: readonly string[] = 'HUP INT QUIT KILL USR1 USR2 TERM CONT STOP TSTP WINCH ALRM'.split(' ')

/** Returns the words that complete a positional; undefined when the script must ask for them (containers, files). */
export function wordsFor(
  kind: PositionalSpec['complete'],
  shells: readonly string[],
): readonly string[] | undefined {
  if (kind === 'signal') return signals
  if (kind === 'shell') return shells
  if (kind === 'command') return commandRows.map(({ name }) => name)
  return undefined
}

/**
 * The shells that `completion` knows. The list is here because index.ts imports the makers, which need the list too.
 */
export const shellNames: readonly string[] = ['sh', 'bash', 'zsh', 'fish', 'tcsh']
