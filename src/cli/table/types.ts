/**
 * The form of the table of commands. The table is data: yargs, the fast parser, help, the man page and completion are
 * all made from it, and the types of a command's parsed values are derived from its row.
 */

/** One option of a command, or a global one. */
export interface OptionSpec {
  /** `list` may be given several times; `integer` is a decimal number. */
  readonly type: 'flag' | 'string' | 'integer' | 'list'
  /** One letter. */
  readonly alias?: string
  /** One line, no full stop. */
  readonly describe: string
  /** What stands for the value in help, e.g. `FILE`. */
  readonly value?: string
  readonly default?: string | number
  /** Of an integer: the smallest that is taken. */
  readonly min?: number
  readonly choices?: readonly string[]
  /** Accepted without effect: callers written for runc pass it. */
  readonly ignored?: true
  /** What a shell completes the value with. */
  readonly complete?: 'file' | 'directory'
}

/** One word of a command line that is no option. */
export interface PositionalSpec {
  readonly name: string
  /** In help, e.g. `CONTAINER-ID`. */
  readonly value: string
  readonly describe: string
  readonly required?: true
  /** All further words. Only the last positional may be. */
  readonly variadic?: true
  readonly complete?: 'container' | 'signal' | 'shell' | 'command' | 'directory'
}

/** One command. */
export interface CommandSpec {
  /** One line, an imperative sentence without full stop. */
  readonly purpose: string
  /** Paragraphs after the purpose, for help and the man page. */
  readonly details?: readonly string[]
  readonly options: Readonly<Record<string, OptionSpec>>
  readonly positionals: readonly PositionalSpec[]
  /** Everything after the first word that is no option belongs to the last positional, options and all. */
  readonly passThrough?: true
  /** Command line without the program's name, and what it does. */
  readonly examples: readonly (readonly [commandLine: string, meaning: string])[]
}

type Chosen<O extends OptionSpec> = O extends { choices: readonly (infer C)[] } ? C : string

/** Type of one option's parsed value. */
type OptionValue<O extends OptionSpec> = O['type'] extends 'flag'
  ? boolean
  : O['type'] extends 'list'
    ? readonly string[]
    :
        | (O['type'] extends 'integer' ? number : Chosen<O>)
        | (O extends { default: string | number } ? never : undefined)

/** Parsed values of a set of options, by their long names. */
export type OptionValues<T extends Readonly<Record<string, OptionSpec>>> = {
  readonly [K in keyof T]: OptionValue<T[K]>
}

type PositionalValue<P extends PositionalSpec> = P extends { variadic: true }
  ? readonly string[]
  : P extends { required: true }
    ? string
    : string | undefined

/** Parsed words of a command, by the positionals' names. */
export type PositionalValues<T extends readonly PositionalSpec[]> = {
  readonly [P in T[number] as P['name']]: PositionalValue<P>
}
