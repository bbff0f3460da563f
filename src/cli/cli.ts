/** From a command line to an exit status. */
import type { Context } from '../container/context.ts'
import { type CommandName, type GlobalValues, type Invocation, isCommand } from './commands.ts'
import { fastParse, type Parsed } from './fast-parse.ts'
import { type Handler, handlers } from './handlers.ts'
import { print } from './output.ts'
import { defaultReport, type Level, Reporter } from './report.ts'
import { type Scanned, scan } from './scan.ts'
import { calledName } from './self.ts'
import { usageError } from './usage.ts'
import { toInvocation, toOptions } from './values.ts'

function defaultRoot(program: string): string {
  return `/var/run/${program}`
}

function rootOf(globals: GlobalValues, program: string): string {
  const root = globals.root ?? defaultRoot(program)
  return root.startsWith('/') ? root : `${process.cwd()}/${root}`
}

/** The reporter that the global options ask for. */
function reporterFor(globals: GlobalValues, program: string): Reporter {
  const asked = globals['log-level']
  const level: Level = globals.debug ? 'debug' : asked === 'warn' ? 'warning' : asked
  return new Reporter({
    program,
    file: globals.log,
    format: globals['log-format'],
    level,
    debug: globals.debug,
  })
}

async function versionText(): Promise<string> {
  const { ociVersion, version } = await import('./version.ts')
  const { bun, node } = process.versions
  return `jailwright version ${version}\nspec: ${ociVersion}\nengine: ${bun ? `bun ${bun}` : `node ${node}`}\n`
}

/** Help, version, and command lines without a command: what there is to print. */
async function withoutCommand(line: Scanned, parsed: Parsed, program: string): Promise<string> {
  if (parsed.raw.version) return versionText()
  const { help } = await import('./yargs-parse.ts')
  if (line.command !== 'help' || parsed.raw.help) return help(program, line.command)
  const { words } = toInvocation('help', parsed.raw, parsed.words) as Invocation<'help'>
  if (words.topic === undefined) return help(program, undefined)
  if (!isCommand(words.topic)) throw await unknownCommand(words.topic)
  return help(program, words.topic)
}

async function unknownCommand(word: string): Promise<Error> {
  const { suggestion } = await import('./suggestion.ts')
  const near = suggestion(word)
  return usageError(`unknown command ${JSON.stringify(word)}${near ? `, did you mean "${near}"?` : ''}`)
}

async function parse(line: Scanned): Promise<Parsed> {
  const fast = line.command && (await fastParse(line, line.command))
  if (fast) return fast
  const { yargsParse } = await import('./yargs-parse.ts')
  return yargsParse(line, line.command)
}

/**
 * Runs one command line (without the program's own name) and gives the exit status. Never throws: every error is
 * reported here.
 */
export async function cli(argv: readonly string[], program: string = calledName()): Promise<number> {
  let reporter = new Reporter({ ...defaultReport, program, debug: argv.includes('--debug') })
  try {
    const line = scan(argv)
    const command: CommandName | undefined = line.command
    if (line.word !== undefined && command === undefined) throw await unknownCommand(line.word)
    const parsed = await parse(line)
    const globals = toOptions(undefined, parsed.raw) as unknown as GlobalValues
    reporter = reporterFor(globals, program)
    if (
      command === undefined ||
      command === 'help' ||
      command === 'init' ||
      parsed.raw.help ||
      parsed.raw.version
    ) {
      print(await withoutCommand(line, parsed, program))
      return 0
    }
    const invocation = toInvocation(command, parsed.raw, parsed.words)
    const context = async (): Promise<Context> => {
      const { openHost } = await import('../host/index.ts')
      return { root: rootOf(globals, program), log: reporter, host: openHost() }
    }
    // Row and handler are of the same command; the compiler sees the union of all.
    const handler = (await handlers[command]()).default as Handler<CommandName>
    return await handler(invocation, { program, context })
  } catch (error) {
    return reporter.failure(error)
  } finally {
    reporter.close()
  }
}
