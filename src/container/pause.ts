/**
 * `pause` and `resume`. FreeBSD has no freezer, so SIGSTOP is sent to every process of the jail, repeatedly until none
 * is left running, because a process may have been forking.
 */

import type { RuntimeContext } from '../context.ts'
import { JailwrightError } from '../errors.ts'
import { waitUntil } from '../host/wait.ts'
import { effect } from './journal/effect.ts'
import { signalProcess } from './process/signal.ts'
import { lockContainer } from './state/lock.ts'
import { layout } from './state/paths.ts'
import { currentStatus, requireState, type StateFile, writeState } from './state/state-file.ts'

/** How long the processes of a jail may take to stop or to continue, in milliseconds. */
const PATIENCE = 10_000

/**
 * Sends a signal to the jail's processes that are not yet stopped, or not yet continued. Returns true when none is
 * left.
 */
function signalOthers(ctx: RuntimeContext, jid: number, signal: string, wanted: boolean): boolean {
  const { kernel } = ctx.host
  const others = [...kernel.processInfos(kernel.jailProcesses(jid)).values()].filter(
    ({ zombie, stopped }) => !zombie && stopped !== wanted,
  )
  for (const { pid } of others) signalProcess(ctx.host, pid, ctx.host.signalNumber(signal) ?? 0)
  return others.length === 0
}

function change(ctx: RuntimeContext, id: string, from: 'running' | 'paused', signal: 'STOP' | 'CONT'): void {
  requireState(ctx.root, id)
  const lock = lockContainer(ctx.host, layout(ctx.root, id).lock, id)
  try {
    const { files, state } = requireState(ctx.root, id)
    const status = currentStatus(ctx.host, state)
    if (status !== from) {
      const verb = signal === 'STOP' ? 'pause' : 'resume'
      throw new JailwrightError('STATE', `cannot ${verb} container "${id}": it is ${status}, not ${from}`, {
        subject: id,
      })
    }
    const next: StateFile = { ...state, paused: signal === 'STOP' }
    // The state is written first, so that `resume` can wake the container when this command dies in the middle.
    if (next.paused) effect('state paused', () => writeState(files, next))
    const done = effect(`send ${signal}`, () =>
      waitUntil(() => signalOthers(ctx, state.jid, signal, signal === 'STOP'), PATIENCE),
    )
    if (!done) {
      throw new JailwrightError(
        'HOST',
        `container "${id}": some of its processes did not ${signal === 'STOP' ? 'stop' : 'go on'}`,
      )
    }
    effect(`state after ${signal}`, () => writeState(files, next))
  } finally {
    lock.release()
  }
}

/**
 * Stops all processes of a running container.
 * @throws JailwrightError STATE when it is not running, HOST when a process does not stop.
 */
export function pause(ctx: RuntimeContext, id: string): void {
  change(ctx, id, 'running', 'STOP')
}

/**
 * Continues the processes of a paused container.
 * @throws JailwrightError STATE when it is not paused, HOST when a process does not continue.
 */
export function resume(ctx: RuntimeContext, id: string): void {
  change(ctx, id, 'paused', 'CONT')
}
