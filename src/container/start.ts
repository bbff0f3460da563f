/** `start`: init becomes the container's program. */

import type { EverydayContext } from '../context.ts'
import { JailwrightError } from '../errors.ts'
import { closeFile } from '../host/files.ts'
import type { Plan } from '../translate/core/plan.ts'
import { expectExec, openToInit, Receiver, send } from './init/channel.ts'
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

/** What is called while a container is started. */
export interface StartWatch {
  /** Called every few milliseconds while init or a hook is waited for. */
  meanwhile?: () => void
  /**
   * Called when a startContainer or poststart hook has failed, before its error is thrown: the container is stopped, its
   * lock is free, and it is to be destroyed (runtime-spec 1.3, lifecycle: "stop the container, and continue the lifecycle
   * at step 12"). Must not throw.
   */
  hookFailed?: (container: Incarnation) => void
}

/**
 * Starts a created container; returns when its program has been executed, or throws with the reason that kept it from
 * that (the container is then stopped). poststart hooks run last; one that fails stops the container.
 */
export function start(ctx: EverydayContext, id: string, watch: StartWatch = {}): void {
  const { plan, state } = startProgram(ctx, id, watch)
  if (plan === undefined) return
  const { meanwhile, hookFailed } = watch
  const told = ociState(state, 'running')
  try {
    runHooks(ctx.host, plan.hooks.poststart, told, undefined, meanwhile ? { meanwhile } : {})
  } catch (error) {
    killProcess(ctx.host, state.pid, state.pidStart)
    hookFailed?.(state)
    throw error
  }
}

/** Makes init the program. The plan is given where there are poststart hooks. */
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
    // No look at the process: opening the FIFO below proves that init is alive.
    if (state.status !== 'created') throw notCreated(id, currentStatus(ctx.host, state))
    // A state that an older version has written does not say.
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
  // Nobody reads: an earlier `start` was killed before it could write what it had done, or init has died.
  if (!channel) throw notCreated(state.id, currentStatus(ctx.host, running))
  try {
    send(channel.orders, { do: 'start', state: ociState(state, 'created') })
    // While init becomes the program.
    const tell = stageState(files, running)
    // Told while the kernel still clears away what init was: one that dies there is seen to be dead.
    const answers = new Receiver(channel.answers)
    answers.meanwhile = meanwhile
    expectExec(answers, tell)
  } catch (error) {
    writeState(files, { ...state, status: 'stopped' })
    throw error
  } finally {
    closeFile(channel.orders)
    closeFile(channel.answers)
  }
}
