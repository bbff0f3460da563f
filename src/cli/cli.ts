/** Runs a parsed command and turns its result into an exit status. */
import type { RuntimeContext } from '../context.ts'
import type { Program } from '../host/self.ts'
import type { EverydayHost } from '../host/types.ts'
import { resolve } from '../paths.ts'
import type { AnyInvocation, CommandName, GlobalValues } from './commands.ts'
import type { Handler } from './handler.ts'
import { type Level, Reporter } from './report.ts'
import { usageError } from './usage.ts'

/**
 * Returns the directory of the containers' state: `--root`, or the default of the name by which the program was called.
 */
function rootOf(globals: GlobalValues, program: Program): string {
  const root = globals.root ?? `/var/run/${program}`
  // `resolve` would turn an empty path into the current directory.
  if (root === '') throw usageError('--root must be a directory, not ""')
  // The path is normalised, because the kernel records mounts by normalised paths.
  if (root.startsWith('/') && !root.endsWith('/') && !root.includes('//') && !root.includes('/.')) return root
  return resolve(root)
}

/** Returns the level for a name of logrus. logrus has more levels than this program has kinds of messages. */
function levelOf(asked: GlobalValues['log-level']): Level {
  if (asked === 'warn') return 'warning'
  if (asked === 'trace') return 'debug'
  return asked === 'fatal' || asked === 'panic' ? 'error' : asked
}

/** Returns the path of the log. An empty path means no log, as with runc. */
function logOf({ log }: GlobalValues): string | undefined {
  if (log === undefined || log === '') return undefined
  // A command may change its working directory before the first message, so the path is made absolute.
  return log.startsWith('/') ? log : resolve(log)
}

/** Returns the reporter that the global options ask for. */
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

/** The handlers of some commands. */
export type Handlers<C extends CommandName, H extends EverydayHost> = {
  readonly [Name in C]: Handler<Name, H>
}

/**
 * Runs a command with one of `handlers`, on the host that `openHost` returns, and returns the exit status. It never
 * throws, because it reports every error itself.
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
    // The invocation and the handler belong to the same command; the compiler sees only the union of all commands.
    const handler = handlers[command as C] as unknown as Handler<CommandName, H>
    return handler(invocation, { program, context })
  } catch (error) {
    const status = reporter.failure(error)
    // Only `run` and `exec` end with the status that a shell gives to their program (126, 127).
    return command === 'run' || command === 'exec' ? status : 1
  } finally {
    reporter.close()
  }
}
