/**
 * The form of the table of commands. The table is data: yargs, the fast parser, help, the man page and completion are
 * made from it, and the types of a command's parsed values are derived from its row.
 */

/** One option of a command, or a global one. */
export interface OptionSpec {
  /** `list` may be given several times; `integer` is a decimal number. */
  readonly type: 'flag' | 'string' | 'integer' | 'list'
  /** The short form: one letter. */
  readonly alias?: string
  /** One line without a full stop. */
  readonly describe: string
  /** The name of the value in the help, such as `FILE`. */
  readonly value?: string
  readonly default?: string | number
  /** The smallest value of an integer. */
  readonly min?: number
  readonly choices?: readonly string[]
  /** True for an option that is accepted without effect, because callers of runc pass it. */
  readonly ignored?: true
  /** The objects with which a shell completes the value. */
  readonly complete?: 'file' | 'directory'
}

/** One word of a command line that is not an option. */
export interface PositionalSpec {
  readonly name: string
  /** The name in the help, such as `CONTAINER-ID`. */
  readonly value: string
  readonly describe: string
  readonly required?: true
  /** True when it takes all further words. Only the last positional may do so. */
  readonly variadic?: true
  readonly complete?: 'container' | 'signal' | 'shell' | 'command' | 'directory'
}

/** One command. */
export interface CommandSpec {
  /** One line, an imperative sentence without a full stop. */
  readonly purpose: string
  /** Paragraphs after the purpose, for the help and the man page. */
  readonly details?: readonly string[]
  readonly options: Readonly<Record<string, OptionSpec>>
  readonly positionals: readonly PositionalSpec[]
  /** True when everything after the first word, options included, belongs to the last positional. */
  readonly passThrough?: true
  /** Command lines without the program's name, each with its meaning. */
  readonly examples: readonly (readonly [commandLine: string, meaning: string])[]
}

type Chosen<O extends OptionSpec> = O extends { choices: readonly (infer C)[] } ? C : string

/** The type of one option's parsed value. */
type OptionValue<O extends OptionSpec> = O['type'] extends 'flag'
  ? boolean
  : O['type'] extends 'list'
    ? readonly string[]
    :
        | (O['type'] extends 'integer' ? number : Chosen<O>)
        | (O extends { default: string | number } ? never : undefined)

/** The parsed values of a set of options, by their long names. */
export type OptionValues<T extends Readonly<Record<string, OptionSpec>>> = {
  readonly [K in keyof T]: OptionValue<T[K]>
}

type PositionalValue<P extends PositionalSpec> = P extends { variadic: true }
  ? readonly string[]
  : P extends { required: true }
    ? string
    : string | undefined

/** The parsed words of a command, by the names of the positionals. */
export type PositionalValues<T extends readonly PositionalSpec[]> = {
  readonly [P in T[number] as P['name']]: PositionalValue<P>
}
