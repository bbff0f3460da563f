/** `start`: init becomes the container's program. */

import type { EverydayContext } from '../context.ts'
import { JailwrightError } from '../errors.ts'
import { closeFile } from '../host/files.ts'
import type { Plan } from '../translate/core/plan.ts'
import { expectExec, openToInit, Receiver, send } from './init/channel.ts'
import { type HookWatch, runHooks } from './process/hooks.ts'
import { killProcess } from './process/kill-process.ts'
import { lockContainer } from './state/lock.ts'
import type { Layout } from './state/paths.ts'
import { readPlan } from './state/plan-file.ts'
import {
  currentStatus,
  ociState,
  requireContainer,
  requireRecorded,
  type StateFile,
  type Status,
  stageState,
  writeState,
} from './state/state-file.ts'

/**
 * Starts a created container; returns when its program has been executed, or throws with the reason that kept it from
 * that (the container is then stopped). poststart hooks run last; one that fails stops the container (runtime-spec 1.3).
 * `meanwhile` is called every few milliseconds while it waits.
 */
export function start(ctx: EverydayContext, id: string, meanwhile?: () => void): void {
  const { plan, state } = startProgram(ctx, id, meanwhile)
  if (plan === undefined) return
  try {
    runHooks(ctx.host, plan.hooks.poststart, ociState(state, 'running'), undefined, watch(meanwhile))
  } catch (error) {
    killProcess(ctx.host, state.pid, state.pidStart)
    throw error
  }
}

function watch(meanwhile: (() => void) | undefined): HookWatch {
  return meanwhile === undefined ? {} : { meanwhile }
}

/** Makes init the program. The plan is given where there are poststart hooks. */
function startProgram(
  ctx: EverydayContext,
  id: string,
  meanwhile: (() => void) | undefined,
): { plan: Plan | undefined; state: StateFile } {
  const files = requireContainer(ctx.root, id)
  const lock = lockContainer(ctx.host, files.lock, id)
  try {
    const state = requireRecorded(files, id)
    // No look at the process: opening the FIFO below proves that init is alive.
    if (state.status !== 'created') throw notCreated(id, currentStatus(ctx.host, state))
    // A state that an older version has written does not say.
    const plan = state.poststart === false ? undefined : readPlan(files)
    const running: StateFile = { ...state, status: 'running' }
    orderStart(ctx, files, { state, running, meanwhile })
    return { plan, state: running }
  } finally {
    lock.release()
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
