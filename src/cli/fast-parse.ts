/**
 * The quick way through a command line: node:util's parseArgs, loaded only when there is an option. What it does not
 * take (help, version, unknown options, unusual forms) is left to yargs (`yargs-parse.ts`), which costs several times
 * as much to load as the whole of `state`.
 */
import { type CommandName, optionsOf } from './commands.ts'
import type { Scanned } from './scan.ts'
import type { RawValues } from './values.ts'

/** What both parsers give: the raw options and the words. */
export interface Parsed {
  readonly raw: RawValues
  readonly words: readonly string[]
}

/** Parses the command line of a command; undefined when yargs has to look at it. */
export async function fastParse(line: Scanned, command: CommandName): Promise<Parsed | undefined> {
  const passed = line.passed ?? []
  const args = [...line.before, ...line.after]
  if (!args.some(argument => argument.startsWith('-'))) return { raw: {}, words: [...line.after, ...passed] }
  // parseArgs reads -b=DIR as the value "=DIR"; runc and yargs read DIR.
  if (args.some(argument => /^-[^-]=/.test(argument))) return undefined
  const { parseArgs } = await import('node:util')
  const table = optionsOf(command)
  const options: Record<string, { type: 'boolean' | 'string'; multiple?: boolean; short?: string }> = {}
  for (const name in table) {
    const { type, alias } = table[name]!
    options[name] = { type: type === 'flag' ? 'boolean' : 'string', multiple: type === 'list' }
    if (alias) options[name].short = alias
  }
  try {
    const { values, positionals } = parseArgs({ args, options, allowPositionals: true, strict: true })
    if (values.help || values.version) return undefined
    return { raw: values as RawValues, words: [...positionals, ...passed] }
  } catch {
    return undefined
  }
}
