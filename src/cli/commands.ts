/**
 * The table of commands: the one source of options, help, man page and completion. Data only; see `table/types.ts` for
 * its form and `handlers.ts` for the code behind each row.
 */
import { hasOwn } from '../es2020.ts'
import { globalOptions } from './table/global.ts'
import { lifecycle } from './table/lifecycle.ts'
import { looking } from './table/looking.ts'
import { running } from './table/running.ts'
import { tools } from './table/tools.ts'
import type { CommandSpec, OptionSpec, OptionValues, PositionalValues } from './table/types.ts'

/** Every command, in the order of help. */
export const commands = { ...lifecycle, ...running, ...looking, ...tools } as const

export type CommandName = keyof typeof commands

/** Values of the global options. */
export type GlobalValues = OptionValues<typeof globalOptions>

/** A parsed command line of one command. */
export interface Invocation<C extends CommandName> {
  readonly command: C
  readonly globals: GlobalValues
  readonly options: OptionValues<(typeof commands)[C]['options']>
  readonly words: PositionalValues<(typeof commands)[C]['positionals']>
}

/** A parsed command line of any command. */
export type AnyInvocation = Invocation<CommandName>

/** True for the name of a command of the table. */
export function isCommand(name: string): name is CommandName {
  return hasOwn(commands, name)
}

/** The row of a command, in the table's general form. */
export function specOf(name: CommandName): CommandSpec {
  return commands[name]
}

/**
 * All options that a command takes: its own and the global ones. No letter is used twice, and no name but `rootless`
 * (tested): behind `spec` it is runc's flag, in front of a command runc's option with a value.
 */
export function optionsOf(name: CommandName | undefined): Readonly<Record<string, OptionSpec>> {
  return name === undefined ? globalOptions : { ...globalOptions, ...commands[name].options }
}
