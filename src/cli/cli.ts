/** From a command that has been understood to an exit status. */
import type { RuntimeContext } from '../context.ts'
import type { Program } from '../host/self.ts'
import type { EverydayHost } from '../host/types.ts'
import { resolve } from '../paths.ts'
import type { AnyInvocation, CommandName, GlobalValues } from './commands.ts'
import type { Handler } from './handler.ts'
import { type Level, Reporter } from './report.ts'
import { usageError } from './usage.ts'

/** Directory of the containers' state: `--root`, or the default of the name by which the program was called. */
function rootOf(globals: GlobalValues, program: Program): string {
  const root = globals.root ?? `/var/run/${program}`
  // path.resolve() would take it for the current directory.
  if (root === '') throw usageError('--root must be a directory, not ""')
  // The kernel tells mounts by plain paths.
  if (root.startsWith('/') && !root.endsWith('/') && !root.includes('//') && !root.includes('/.')) return root
  return resolve(root)
}

/** The level that a name of logrus stands for: it has more of them than there are kinds of messages here. */
function levelOf(asked: GlobalValues['log-level']): Level {
  if (asked === 'warn') return 'warning'
  if (asked === 'trace') return 'debug'
  return asked === 'fatal' || asked === 'panic' ? 'error' : asked
}

/** Path of the log. An empty one is none, as for runc. */
function logOf({ log }: GlobalValues): string | undefined {
  if (log === undefined || log === '') return undefined
  // A command may change its working directory before the first message.
  return log.startsWith('/') ? log : resolve(log)
}

/** The reporter that the global options ask for. */
export function reporterFor(globals: GlobalValues, program: Program): Reporter {
  const level = globals.debug ? 'debug' : levelOf(globals['log-level'])
  return new Reporter({
    program,
    file: logOf(globals),
    format: globals['log-format'],
    level,
    debug: globals.debug,
  })
}

/** The code of some commands. */
export type Handlers<C extends CommandName, H extends EverydayHost> = {
  readonly [Name in C]: Handler<Name, H>
}

/**
 * Runs a command, one of `handlers`, on the host that `openHost` gives, and gives the exit status. Never throws: every
 * error is reported here.
 */
export function runCommand<C extends CommandName, H extends EverydayHost>(
  invocation: AnyInvocation,
  handlers: Handlers<C, H>,
  program: Program,
  openHost: () => H,
): number {
  const { command, globals } = invocation
  const reporter = reporterFor(globals, program)
  if (globals.log) reporter.checkFile()
  const context = (): RuntimeContext<H> => ({
    root: rootOf(globals, program),
    log: reporter,
    host: openHost(),
  })
  try {
    // Row and handler are of the same command; the compiler sees the union of all.
    const handler = handlers[command as C] as unknown as Handler<CommandName, H>
    return handler(invocation, { program, context })
  } catch (error) {
    const status = reporter.failure(error)
    // Only `run` and `exec` stand for the program itself and end as a shell's command would (126, 127).
    return command === 'run' || command === 'exec' ? status : 1
  } finally {
    reporter.close()
  }
}
