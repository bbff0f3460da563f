/** `start`: lets init become the container's program. */

import type { EverydayContext } from '../context.ts'
import { JailwrightError } from '../errors.ts'
import { closeFile } from '../host/files.ts'
import type { Plan } from '../translate/core/plan.ts'
import { expectExec, openToInit, Receiver, send } from './init/channel.ts'
import { effect } from './journal/effect.ts'
import { runHooks } from './process/hooks.ts'
import { killProcess } from './process/kill-process.ts'
import { lockContainer } from './state/lock.ts'
import type { Layout } from './state/paths.ts'
import { readPlan } from './state/plan-file.ts'
import {
  currentStatus,
  type Incarnation,
  ociState,
  requireContainer,
  requireRecorded,
  type StateFile,
  type Status,
  stageState,
  writeState,
} from './state/state-file.ts'

/** The functions that are called while a container is started. */
export interface StartWatch {
  /** Called every few milliseconds while init or a hook is waited for. */
  meanwhile?: () => void
  /**
   * Called when a startContainer or poststart hook has failed, before its error is thrown. The container is stopped,
   * its lock is free, and the callee destroys it (runtime.md of version 1.3, Lifecycle: "stop the container, and
   * continue the lifecycle at step 12"). It must not throw.
   */
  hookFailed?: (container: Incarnation) => void
}

/**
 * Starts a created container and returns when its program has been executed. poststart hooks run last, and one that
 * fails stops the container.
 * @throws JailwrightError with the reason that prevented the program; the container is then stopped.
 */
export function start(ctx: EverydayContext, id: string, watch: StartWatch = {}): void {
  const { plan, state } = startProgram(ctx, id, watch)
  if (plan === undefined) return
  const { meanwhile, hookFailed } = watch
  const told = ociState(state, 'running')
  try {
    effect('run poststart hooks', () =>
      runHooks(ctx.host, plan.hooks.poststart, told, undefined, meanwhile ? { meanwhile } : {}),
    )
  } catch (error) {
    killProcess(ctx.host, state.pid, state.pidStart)
    hookFailed?.(state)
    throw error
  }
}

/** Lets init become the program. Returns the plan when there are poststart hooks. */
function startProgram(
  ctx: EverydayContext,
  id: string,
  { meanwhile, hookFailed }: StartWatch,
): { plan: Plan | undefined; state: StateFile } {
  const files = requireContainer(ctx.root, id)
  const lock = lockContainer(ctx.host, files.lock, id)
  let failed: StateFile | undefined
  try {
    const state = requireRecorded(files, id)
    // No check of the pid is needed: opening the FIFO below proves that init is alive.
    if (state.status !== 'created') throw notCreated(id, currentStatus(ctx.host, state))
    // A state of an older version has no `poststart`.
    const plan = state.poststart === false ? undefined : readPlan(files)
    const running: StateFile = { ...state, status: 'running' }
    try {
      orderStart(ctx, files, { state, running, meanwhile })
    } catch (error) {
      if (error instanceof JailwrightError && error.code === 'HOOK') failed = state
      throw error
    }
    return { plan, state: running }
  } finally {
    lock.release()
    if (failed !== undefined) hookFailed?.(failed)
  }
}

function notCreated(id: string, status: Status): JailwrightError {
  return new JailwrightError('STATE', `cannot start container "${id}": it is ${status}, not created`, {
    subject: id,
  })
}

function orderStart(
  ctx: EverydayContext,
  files: Layout,
  {
    state,
    running,
    meanwhile,
  }: { state: StateFile; running: StateFile; meanwhile: (() => void) | undefined },
): void {
  const channel = openToInit(ctx.host, files)
  // Nobody reads the FIFO: an earlier `start` was killed before it recorded what it did, or init has died.
  if (!channel) throw notCreated(state.id, currentStatus(ctx.host, running))
  try {
    effect('tell init to start', () =>
      send(channel.orders, { do: 'start', state: ociState(state, 'created') }),
    )
    // The new state is written to a temporary file while init becomes the program.
    const tell = effect('write state.json.new', () => stageState(files, running))
    // The state is renamed while the kernel still replaces init's image; an init that dies then is recognised as dead.
    const answers = new Receiver(channel.answers)
    answers.meanwhile = meanwhile
    expectExec(answers, () => effect('state running', tell))
  } catch (error) {
    writeState(files, { ...state, status: 'stopped' })
    throw error
  } finally {
    closeFile(channel.orders)
    closeFile(channel.answers)
  }
}
