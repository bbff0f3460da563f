/**
 * yargs over the table of commands: exact complaints about a command line, unusual spellings, and help. Loaded only
 * when it is needed; `fast-parse.ts` takes the usual command lines.
 */
import yargs, { type Argv } from 'yargs'
import { type CommandName, commands, optionsOf, specOf } from './commands.ts'
import type { CommandSpec, OptionSpec } from './table/types.ts'
import { usageError } from './usage.ts'
import type { RawValue } from './values.ts'

/** Width of help in columns. */
const width = 100

function parser(args: readonly string[], options: Readonly<Record<string, OptionSpec>>): Argv {
  let built = yargs([...args])
    .exitProcess(false)
    .help(false)
    .version(false)
    .detectLocale(false)
    .wrap(width)
    .parserConfiguration({
      'boolean-negation': false,
      'camel-case-expansion': false,
      'dot-notation': false,
      'greedy-arrays': false,
      'parse-numbers': false,
      'parse-positional-numbers': false,
    })
  const names = Object.keys(options)
  const own = names.filter(name => !Object.hasOwn(optionsOf(undefined), name))
  for (const name of [...own, ...names.filter(name => !own.includes(name))]) {
    const { type, alias, describe, value, default: standard, choices, ignored } = options[name]!
    built = built.option(name, {
      type: type === 'flag' ? 'boolean' : 'string',
      array: type === 'list',
      requiresArg: type !== 'flag',
      ...(alias && { alias }),
      ...(ignored && { hidden: true }),
      // Defaults and choices are shown here and applied in values.ts.
      ...(standard !== undefined && { defaultDescription: String(standard) }),
      describe: [describe, choices && `(${choices.join(', ')})`, value && type === 'list' && '']
        .filter(Boolean)
        .join(' '),
      group: own.includes(name) ? 'Options:' : 'Global options:',
    })
  }
  return built
}

/** What yargs says, on one line and in the words of this program. */
function complaint(text: string, options: Readonly<Record<string, OptionSpec>>): string {
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
export function synopsis({ positionals }: CommandSpec): string {
  return positionals
    .map(({ value, required, variadic }) => {
      const word = variadic ? `${value}...` : value
      return required ? word : `[${word}]`
    })
    .join(' ')
}

function commandHelp(program: string, name: CommandName): Promise<string> {
  const spec = specOf(name)
  const usage = [program, name, '[options]', synopsis(spec)].filter(Boolean).join(' ')
  const words = spec.positionals.map(({ value, describe }) => `  ${value.padEnd(14)}  ${describe}`)
  let built = parser([], optionsOf(name)).usage(
    [
      `Usage: ${usage}`,
      `${spec.purpose}.`,
      ...(words.length ? [words.join('\n')] : []),
      ...(spec.details ?? []),
    ].join('\n\n'),
  )
  for (const [commandLine, meaning] of spec.examples)
    built = built.example(`${program} ${commandLine}`, meaning)
  return built.getHelp()
}

function programHelp(program: string): Promise<string> {
  let built = parser([], optionsOf(undefined))
    .scriptName(program)
    .usage(`Usage: ${program} [global options] COMMAND [options] ...\n\nRun OCI containers as FreeBSD jails.`)
    .epilogue(
      `"${program} COMMAND --help" tells the options of a command and gives examples; see also jailwright(8) and jailwright-config(5).`,
    )
  for (const [name, spec] of Object.entries<CommandSpec>(commands)) {
    built = built.command(name, spec.purpose)
  }
  return built.getHelp()
}

/** Help on a command, or on the program, ending in a newline. */
export async function help(program: string, command: CommandName | undefined): Promise<string> {
  return `${(await (command === undefined ? programHelp(program) : commandHelp(program, command))).trimEnd()}\n`
}
