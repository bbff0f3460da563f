/** `run`: creates a container, starts it, waits for its program, and deletes it. */
import type { RuntimeContext } from '../context.ts'
import type { CreateOptions } from './build/options.ts'
import { createContainer } from './create.ts'
import { deleteContainers } from './delete.ts'
import { forwardSignals, sendSignal } from './process/forward-signals.ts'
import type { OwnTerminal } from './process/terminal.ts'
import { waitForProgram } from './process/wait-for-program.ts'
import { start } from './start.ts'

/** The options of `run`. */
export interface RunOptions extends CreateOptions {
  /** True to return as soon as the program runs. */
  detach: boolean
  /** True to keep the container after its program has ended. */
  keep: boolean
}

/**
 * Runs a container and returns the exit status of its program: 128 + n for signal n, 126 or 127 when it cannot be
 * executed. With `detach` it returns 0 as soon as the program runs.
 */
export function run(ctx: RuntimeContext, options: RunOptions): number {
  if (!options.detach) return runInForeground(ctx, options)
  const { init } = createContainer(ctx, options, { ownTerminal: false })
  init.close()
  try {
    start(ctx, options.id)
  } catch (error) {
    remove(ctx, options)
    throw error
  }
  return 0
}

function runInForeground(ctx: RuntimeContext, options: RunOptions): number {
  let terminal: OwnTerminal | undefined
  const signals = forwardSignals(ctx.host, () => terminal?.continued())
  try {
    const created = createContainer(ctx, options, { ownTerminal: true })
    const { pid } = created.init
    terminal = created.terminal
    created.init.close()
    let status: number
    try {
      signals.to(pid)
      terminal?.attach(() => sendSignal(ctx.host, pid, 'HUP'))
      // Signals are passed on during `start`: the program runs already while poststart hooks do, and startContainer
      // hooks can be ended too.
      start(ctx, options.id, {
        meanwhile: () => {
          terminal?.relay(0)
          signals.pass(0)
        },
      })
      status = waitForProgram(pid, signals, terminal)
    } catch (error) {
      signals.ended()
      terminal?.detach()
      remove(ctx, options)
      throw error
    }
    terminal?.detach()
    // The pid file stays, as with runc and crun: a caller may look for the pid after a short program has ended.
    if (!options.keep) remove(ctx, options, { keepPidFile: true })
    return status
  } finally {
    signals.stop()
  }
}

function remove(ctx: RuntimeContext, { id }: RunOptions, { keepPidFile = false } = {}): void {
  deleteContainers(ctx, { ids: [id], force: true, keepPidFile })
}
