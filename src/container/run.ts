/** `run`: create, start, wait, delete. */
import type { RuntimeContext } from '../context.ts'
import type { CreateOptions } from './build/options.ts'
import { createContainer } from './create.ts'
import { deleteContainers } from './delete.ts'
import { forwardSignals, sendSignal } from './process/forward-signals.ts'
import type { OwnTerminal } from './process/terminal.ts'
import { waitForProgram } from './process/wait-for-program.ts'
import { start } from './start.ts'

/** `run`'s own options. */
export interface RunOptions extends CreateOptions {
  /** Return when the program runs. */
  detach: boolean
  /** Do not delete the container when its program has ended. */
  keep: boolean
}

/**
 * Runs a container and gives its program's exit status (128 + n for a signal; 126 and 127 when it cannot be executed).
 * With `detach` it returns 0 as soon as the program runs.
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
      // The program runs already while poststart hooks do, and startContainer hooks may be told to end.
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
    // Whoever looks for the pid may come when a short program has ended already; runc and crun leave the file too.
    if (!options.keep) remove(ctx, options, { keepPidFile: true })
    return status
  } finally {
    signals.stop()
  }
}

function remove(ctx: RuntimeContext, { id }: RunOptions, { keepPidFile = false } = {}): void {
  deleteContainers(ctx, { ids: [id], force: true, keepPidFile })
}
