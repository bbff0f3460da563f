/** What completion needs of the table, in a form that is the same for every shell. */
import { type CommandName, commands, specOf } from '../commands.ts'
import { globalOptions } from '../table/global.ts'
import type { OptionSpec, PositionalSpec } from '../table/types.ts'

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

/** Options that may stand anywhere. */
export const globalRows: readonly OptionRow[] = rows(globalOptions)

/** Commands that are shown, in the order of help. */
export const commandRows: readonly CommandRow[] = (Object.keys(commands) as CommandName[]).map(name => {
  const { purpose, options, positionals, passThrough } = specOf(name)
  return { name, purpose, options: rows(options), positionals, passThrough: passThrough ?? false }
})

/** Names of signals that people send; FreeBSD and Linux both have them. */
const signals: readonly string[] = 'HUP INT QUIT KILL USR1 USR2 TERM CONT STOP TSTP WINCH ALRM'.split(' ')

/** Words that complete a positional, undefined when the shell has to ask (containers, files). */
export function wordsFor(
  kind: PositionalSpec['complete'],
  shells: readonly string[],
): readonly string[] | undefined {
  if (kind === 'signal') return signals
  if (kind === 'shell') return shells
  if (kind === 'command') return commandRows.map(({ name }) => name)
  return undefined
}

/** The shells that `completion` knows; here, because the makers and their index must not import each other. */
export const shellNames: readonly string[] = ['sh', 'bash', 'zsh', 'fish', 'tcsh']
