/**
 * yargs over the table of commands: exact complaints about a command line, unusual spellings, and help. Loaded only
 * when it is needed; `fast-parse.ts` takes the usual command lines.
 */
import yargs, { type Argv } from 'yargs'
import { type CommandName, commands, optionsOf, specOf } from './commands.ts'
import { globalOptions } from './table/global.ts'
import type { CommandSpec, OptionSpec } from './table/types.ts'
import { usageError } from './usage.ts'
import type { RawValue } from './values.ts'

/** Width of help in columns. */
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

/** A parser that gives what the other parsers give: strings, flags and lists; numbers and choices are judged later. */
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

/** Options as help shows them: with the name of their value, choices and default; those without effect are left out. */
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

/** What yargs says, on one line and in the words of this program. */
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

/** Parses options and words with yargs. Throws USAGE with what is wrong. */
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

/** `CONTAINER-ID [BUNDLE]`, as after a command in a usage line. */
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

/** Breaks a paragraph into lines. */
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

/** Help on a command, or on the program, ending in a newline. */
export function help(program: string, command: CommandName | undefined): string {
  let text = ''
  const built = command === undefined ? programHelp(program) : commandHelp(program, command)
  built.showHelp(shown => {
    text = shown
  })
  return `${text.replace(/[ ]+$/gm, '').trimEnd()}\n`
}
