/** `run`: create, start, wait, delete. */
import type { RuntimeContext } from '../context.ts'
import type { CreateOptions } from './build/options.ts'
import { createContainer } from './create.ts'
import { deleteContainers } from './delete.ts'
import { type Forwarding, forwardSignals, sendSignal } from './process/forward-signals.ts'
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
export async function run(ctx: RuntimeContext, options: RunOptions): Promise<number> {
  const signals = options.detach ? undefined : forwardSignals(ctx.host)
  try {
    return await createAndStart(ctx, options, signals)
  } finally {
    signals?.stop()
  }
}

async function createAndStart(
  ctx: RuntimeContext,
  options: RunOptions,
  signals: Forwarding | undefined,
): Promise<number> {
  const { init, terminal } = await createContainer(ctx, options, {
    detached: options.detach,
    ownTerminal: !options.detach,
  })
  const remove = () => deleteContainers(ctx, { ids: [options.id], force: true })
  init.close()
  const ended = options.detach ? undefined : init.ended
  let status: number
  try {
    signals?.to(init.pid)
    terminal?.attach(() => sendSignal(ctx.host, init.pid, 'SIGHUP'))
    await start(ctx, options.id)
    if (!ended) return 0
    status = await ended
  } catch (error) {
    await terminal?.detach()
    await remove()
    throw error
  }
  await terminal?.detach()
  if (!options.keep) await remove()
  return status
}
