/** From a command line to an exit status. */
import type { Context } from '../container/context.ts'
import { openHost } from '../host/index.ts'
import type { CommandName, GlobalValues } from './commands.ts'
import { fastParse } from './fast-parse.ts'
import type { Handler } from './handler.ts'
import { handlers } from './handlers.ts'
import { print } from './output.ts'
import { defaultReport, type Level, Reporter } from './report.ts'
import { calledName } from './self.ts'
import { toInvocation, toOptions } from './values.ts'

/** Directory of the containers' state: `--root`, or the default of the name by which the program was called. */
function rootOf(globals: GlobalValues, program: string): string {
  const root = globals.root ?? `/var/run/${program}`
  return root.startsWith('/') ? root : `${process.cwd()}/${root}`
}

/** The reporter that the global options ask for. */
function reporterFor(globals: GlobalValues, program: string): Reporter {
  const asked = globals['log-level']
  const level: Level = globals.debug ? 'debug' : asked === 'warn' ? 'warning' : asked
  return new Reporter({
    program,
    // A command may change its working directory before the first message.
    file:
      globals.log === undefined || globals.log.startsWith('/')
        ? globals.log
        : `${process.cwd()}/${globals.log}`,
    format: globals['log-format'],
    level,
    debug: globals.debug,
  })
}

/**
 * Runs one command line (without the program's own name) and gives the exit status. Never throws: every error is
 * reported here.
 */
export async function cli(argv: readonly string[], program: string = calledName()): Promise<number> {
  let reporter = new Reporter({ ...defaultReport, program, debug: argv.includes('--debug') })
  // Only `run` and `exec` stand for the program itself and end as a shell's command would (126, 127).
  let standsForProgram = false
  try {
    let parsed = fastParse(argv)
    if (parsed === undefined || parsed.command === 'help') {
      const { slowParse } = await import('./slow-parse.ts')
      const slow = await slowParse(argv, program)
      if ('text' in slow) {
        print(slow.text)
        return 0
      }
      parsed = slow
    }
    const { command, raw, words } = parsed
    standsForProgram = command === 'run' || command === 'exec'
    reporter = reporterFor(toOptions(undefined, raw) as unknown as GlobalValues, program)
    const invocation = toInvocation(command!, raw, words)
    const context = async (): Promise<Context> => {
      return { root: rootOf(invocation.globals, program), log: reporter, host: openHost() }
    }
    // Row and handler are of the same command; the compiler sees the union of all.
    const handler = (await handlers[command as keyof typeof handlers]()) as Handler<CommandName>
    return await handler(invocation, { program, context })
  } catch (error) {
    const status = reporter.failure(error)
    return standsForProgram ? status : 1
  } finally {
    reporter.close()
  }
}
