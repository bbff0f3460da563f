/**
 * yargs with the table of commands, for exact errors, unusual spellings, and help. It is loaded only when it is needed;
 * `fast-parse.ts` takes the usual command lines.
 */
import yargs, { type Argv } from 'yargs'
import { type CommandName, commands, optionsOf, specOf } from './commands.ts'
import { globalOptions } from './table/global.ts'
import type { CommandSpec, OptionSpec } from './table/types.ts'
import { usageError } from './usage.ts'
import type { RawValue } from './values.ts'

/** The width of the help in columns. */
const width = 96

type Options = Readonly<Record<string, OptionSpec>>

function bare(args: readonly string[]): Argv {
  return yargs([...args])
    .exitProcess(false)
    .help(false)
    .version(false)
    .detectLocale(false)
    .wrap(width)
}

/**
 * Returns a parser that yields strings, flags and lists, as `fast-parse.ts` does. values.ts checks numbers and choices
 * later.
 */
function parser(args: readonly string[], options: Options): Argv {
  let built = bare(args).parserConfiguration({
    'boolean-negation': false,
    'camel-case-expansion': false,
    'dot-notation': false,
    'greedy-arrays': false,
    'parse-numbers': false,
    'parse-positional-numbers': false,
  })
  for (const name in options) {
    const { type, alias } = options[name]!
    built = built.option(name, {
      type: type === 'flag' ? 'boolean' : 'string',
      array: type === 'list',
      requiresArg: type !== 'flag',
      ...(alias && { alias }),
    })
  }
  return built
}

/**
 * Adds options as the help shows them: with the name of their value, choices and default. Options without effect are
 * left out.
 */
function shown(built: Argv, options: Options, group: string): Argv {
  for (const [name, { alias, describe, value, default: standard, choices, ignored }] of Object.entries(
    options,
  )) {
    if (ignored) continue
    built = built.option(value ? `${name} ${value}` : name, {
      ...(alias && { alias }),
      ...(standard !== undefined && { defaultDescription: String(standard) }),
      describe: choices ? `${describe} (${choices.join(', ')})` : describe,
      group,
    })
  }
  return built
}

/** Returns the error of yargs on one line, in the words of this program. */
function complaint(text: string, options: Options): string {
  const line = text
    .trim()
    .split(/\s*\n\s*/)
    .join('; ')
  const unknown = /^Unknown arguments?: (.*)$/.exec(line)
  if (unknown) {
    const first = unknown[1]!.split(', ')[0]!
    return `unknown option ${first.length === 1 ? '-' : '--'}${first}`
  }
  const missing = /^Not enough arguments following: (\S+)/.exec(line)
  if (missing) {
    const name = missing[1]!
    const long = Object.keys(options).find(key => key === name || options[key]!.alias === name) ?? name
    return `option --${long} needs a value (${options[long]?.value ?? 'VALUE'})`
  }
  return line
}

/**
 * Parses options and words with yargs.
 * @throws JailwrightError USAGE for a wrong line.
 */
export function yargsParse(
  args: readonly string[],
  command: CommandName | undefined,
): { raw: Record<string, RawValue>; words: string[] } {
  const options = optionsOf(command)
  let failed: string | undefined
  const argv = parser(args, options)
    .strictOptions()
    .fail((message, error) => {
      failed ??= message || error?.message || 'the command line cannot be understood'
    })
    .parseSync()
  if (failed !== undefined) throw usageError(complaint(failed, options), command)
  const raw: Record<string, RawValue> = {}
  for (const name in options) raw[name] = argv[name] as RawValue
  return { raw, words: argv._.map(String) }
}

/** Returns the words of a usage line after the command: `CONTAINER-ID [BUNDLE]`. */
function synopsis({ positionals }: CommandSpec): string {
  return positionals
    .map(({ value, required, variadic }) => {
      const word = variadic ? `${value}...` : value
      return required ? word : `[${word}]`
    })
    .join(' ')
}

function commandHelp(program: string, name: CommandName): Argv {
  const spec = specOf(name)
  const usage = [program, name, Object.keys(spec.options).length > 0 && '[options]', synopsis(spec)]
  const words = spec.positionals.map(({ value, describe }) => `  ${value.padEnd(14)}  ${describe}`)
  const paragraphs = [`Usage: ${usage.filter(Boolean).join(' ')}`, `${spec.purpose}.`]
  if (words.length > 0) paragraphs.push(words.join('\n'))
  paragraphs.push(...(spec.details ?? []).map(fill))
  let built = shown(bare([]).usage(paragraphs.join('\n\n')), spec.options, 'Options:')
  for (const [commandLine, meaning] of spec.examples)
    built = built.example(`${program} ${commandLine}`, meaning)
  return built.epilogue(`Global options, such as --root and --log: see "${program} --help".`)
}

function programHelp(program: string): Argv {
  let built = bare([])
    .scriptName(program)
    .usage(`Usage: ${program} [global options] COMMAND [options] ...\n\nRun OCI containers as FreeBSD jails.`)
    .epilogue(
      fill(
        `"${program} COMMAND --help" tells the options of a command and gives examples; see also jailwright(8) and jailwright-config(5).`,
      ),
    )
  for (const [name, spec] of Object.entries<CommandSpec>(commands)) built = built.command(name, spec.purpose)
  return shown(built, globalOptions, 'Global options:')
}

/** Breaks a paragraph into lines of at most `width` columns. */
function fill(text: string): string {
  let line = 0
  return text
    .split(' ')
    .map(word => {
      line += word.length + 1
      if (line === word.length + 1) return word
      if (line - 1 <= width) return ` ${word}`
      line = word.length + 1
      return `\n${word}`
    })
    .join('')
}

/** Returns the help of a command, or of the program, with a line end. */
export function help(program: string, command: CommandName | undefined): string {
  let text = ''
  const built = command === undefined ? programHelp(program) : commandHelp(program, command)
  built.showHelp(shown => {
    text = shown
  })
  return `${text.replace(/[ ]+$/gm, '').trimEnd()}\n`
}
