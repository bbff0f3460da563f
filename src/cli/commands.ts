/**
 * The table of commands, the single source of options, help, man page and completion. It holds data only:
 * `table/types.ts` defines its form, and `commands/` has the code of each row.
 */
import { hasOwn } from '../es2020.ts'
import { globalOptions } from './table/global.ts'
import { inspecting } from './table/inspecting.ts'
import { lifecycle } from './table/lifecycle.ts'
import { running } from './table/running.ts'
import { tools } from './table/tools.ts'
import type { CommandSpec, OptionSpec, OptionValues, PositionalValues } from './table/types.ts'

/** Every command, in the order of the help. */
export const commands = { ...lifecycle, ...running, ...inspecting, ...tools } as const

/** The name of a command. */
export type CommandName = keyof typeof commands

/** The values of the global options. */
export type GlobalValues = OptionValues<typeof globalOptions>

/** The parsed command line of one command. */
export interface Invocation<C extends CommandName> {
  readonly command: C
  readonly globals: GlobalValues
  readonly options: OptionValues<(typeof commands)[C]['options']>
  readonly words: PositionalValues<(typeof commands)[C]['positionals']>
}

/** The parsed command line of any command. */
export type AnyInvocation = Invocation<CommandName>

/**
 * The tables, those with the most frequent commands first. Each is a function, because the product evaluates a table when it is
 * used (native/README.md), and most command lines need only the first one.
 */
const tables: readonly (() => Readonly<Record<string, CommandSpec>>)[] = [
  () => lifecycle,
  () => running,
  () => inspecting,
  () => tools,
]

function find(name: string): CommandSpec | undefined {
  for (const table of tables) if (hasOwn(table(), name)) return table()[name]
  return undefined
}

/** True for the name of a command in the table. */
export function isCommand(name: string): name is CommandName {
  return find(name) !== undefined
}

/** Returns the row of a command in the general form of the table. */
export function specOf(name: CommandName): CommandSpec {
  return find(name)!
}

/**
 * Returns all options that a command takes: its own and the global ones. A test asserts that no letter is used twice,
 * and no name except `rootless`: after `spec` it is runc's flag, and before a command it is runc's option with a value.
 */
export function optionsOf(name: CommandName | undefined): Readonly<Record<string, OptionSpec>> {
  return name === undefined ? globalOptions : { ...globalOptions, ...specOf(name).options }
}
