/** `start`: init becomes the container's program. */

import { JailwrightError } from '../errors.ts'
import { closeSync, readFileSync } from '../host/files.ts'
import type { Plan } from '../translate/plan.ts'
import { type Answer, answerError, openToInit, Receiver, send } from './channel.ts'
import type { Context } from './context.ts'
import type { Layout } from './layout.ts'
import { layout } from './layout.ts'
import { lockContainer } from './lock.ts'
import { currentStatus, ociState, requireState, type StateFile, writeState } from './state-file.ts'

/** Reads the plan that `create` executed. A damaged file is code STATE. */
export function readPlan(files: Layout): Plan {
  const text = readFileSync(files.plan, 'utf8')
  try {
    return JSON.parse(text) as Plan
  } catch (error) {
    throw new JailwrightError('STATE', `${files.plan} is damaged`, {
      subject: files.plan,
      hint: 'delete --force takes back what the container had, by its journal',
      cause: error,
    })
  }
}

/**
 * Starts a created container; returns when its program has been executed, or throws with the reason that kept it from
 * that (the container is then stopped). poststart hooks run last; one that fails stops the container (runtime-spec 1.3).
 */
export async function start(ctx: Context, id: string): Promise<void> {
  const { plan, state } = startProgram(ctx, id)
  if (plan.hooks.poststart.length === 0) return
  const { runHooks } = await import('./hooks.ts')
  try {
    await runHooks(plan.hooks.poststart, ociState(state, 'running'))
  } catch (error) {
    const { killProcess } = await import('./undo.ts')
    killProcess(ctx.host, state.pid, state.pidStart)
    throw error
  }
}

function startProgram(ctx: Context, id: string): { plan: Plan; state: StateFile } {
  const lock = lockContainer(ctx.host, requireState(ctx.root, id) && layout(ctx.root, id).lock, id)
  try {
    const { files, state } = requireState(ctx.root, id)
    const status = currentStatus(ctx.host, state)
    if (status !== 'created') {
      throw new JailwrightError('STATE', `cannot start container "${id}": it is ${status}, not created`, {
        subject: id,
      })
    }
    const plan = readPlan(files)
    const channel = openToInit(ctx.host, files)
    if (!channel)
      throw new JailwrightError('STATE', `cannot start container "${id}": its init process is gone`)
    try {
      send(channel.orders, {
        do: 'start',
        hooks: plan.hooks.startContainer,
        state: ociState(state, 'created'),
      })
      expectExec(new Receiver(channel.answers))
    } catch (error) {
      writeState(files, { ...state, status: 'stopped' })
      throw error
    } finally {
      closeSync(channel.orders)
      closeSync(channel.answers)
    }
    const running: StateFile = { ...state, status: 'running' }
    writeState(files, running)
    return { plan, state: running }
  } finally {
    lock.release()
  }
}

/** Waits until init has become the program: its `exec` message, then end of file. */
export function expectExec(answers: Receiver): void {
  let executed = false
  for (;;) {
    const answer = answers.next<Answer>()
    if (!answer) break
    if ('error' in answer) throw answerError(answer)
    if ('exec' in answer) executed = true
  }
  if (!executed) throw new JailwrightError('HOST', 'the init process died before it executed the program')
}
