/** `delete`: takes back everything that `create` did. */
import type { RuntimeContext } from '../context.ts'
import { JailwrightError } from '../errors.ts'
import { exists } from '../host/files.ts'
import { checkId } from '../translate/core/names.ts'
import type { HookPlan } from '../translate/core/plan.ts'
import { effect } from './journal/effect.ts'
import { runHooksLeniently } from './process/hooks.ts'
import { killProcess } from './process/kill-process.ts'
import { hasDirectory } from './state/directory.ts'
import { hasRemains } from './state/lasting.ts'
import { type Lock, lockContainer, tryLock } from './state/lock.ts'
import { type Layout, layout } from './state/paths.ts'
import { readPlan } from './state/plan-file.ts'
import { makeRoot, realRoot } from './state/root.ts'
import {
  currentStatus,
  type Incarnation,
  isAlive,
  notFound,
  ociState,
  readState,
  type StateFile,
} from './state/state-file.ts'
import { undoEverything } from './undo/undo-everything.ts'

/** The options of deleting a container. */
interface DeleteOptions {
  /** True to end a running container, and to accept a container that does not exist. */
  force: boolean
  /** True when the pid file is to stay. */
  keepPidFile?: boolean
}

/** Deletes containers one after the other. Every failure but the last is logged, and the last one is thrown. */
export function deleteContainers(
  ctx: RuntimeContext,
  options: DeleteOptions & { ids: readonly string[] },
): void {
  let failed: JailwrightError | undefined
  for (const id of options.ids) {
    if (failed !== undefined) ctx.log.error(withHint(failed))
    try {
      deleteOne(ctx, id, options)
    } catch (error) {
      if (!(error instanceof JailwrightError)) throw error
      failed = error
    }
  }
  if (failed !== undefined) throw failed
}

function withHint({ message, hint }: JailwrightError): string {
  return hint === undefined ? message : `${message} (${hint})`
}

/**
 * Destroys a container that is stopped because its start failed, and runs its poststop hooks. A later container with
 * the same id is left alone.
 */
export function destroyStopped(ctx: RuntimeContext, { id, pid, pidStart }: Incarnation): void {
  const files = layout(realRoot(ctx.root), id)
  const lock = lockContainer(ctx.host, files.lock, id)
  try {
    const state = hasDirectory(files) ? readState(files) : undefined
    if (state?.pid !== pid || state.pidStart !== pidStart) return
    destroy(ctx, files, lock, { force: true }, state)
  } finally {
    lock.release()
  }
}

function deleteOne(ctx: RuntimeContext, id: string, options: DeleteOptions): void {
  const { force } = options
  // An id that could not have been created could name any directory of the host.
  checkId(id)
  // What a damaged journal does not tell is looked for in the mount table.
  const files = layout(realRoot(ctx.root), id)
  if (!hasRemains(files)) {
    if (!force) throw notFound(id)
    // A `create` that died before it made the directory may have left its lock file.
    if (exists(files.lock)) tryLock(ctx.host, files.lock, 0)?.remove()
    return
  }
  // A restart of the host may have emptied /var/run, and the lock file needs the directory.
  makeRoot(ctx.root)
  const lock = force ? lockByForce(ctx, files, id) : lockContainer(ctx.host, files.lock, id)
  try {
    if (!hasRemains(files)) {
      if (!force) throw notFound(id)
      lock.remove()
      return
    }
    const state = force ? readableState(ctx, files) : readState(files)
    if (state) {
      const status = currentStatus(ctx.host, state)
      // A `create` that still runs holds the lock; one that has died left no running process.
      if (!force && status !== 'stopped' && status !== 'creating') {
        throw new JailwrightError(
          'STATE',
          `cannot delete container "${id}" that is not stopped: it is ${status}`,
          {
            subject: id,
            hint: 'stop it first, or use --force',
          },
        )
      }
    }
    destroy(ctx, files, lock, options, state)
  } finally {
    lock.release()
  }
}

/** Ends the first process if it still runs, takes the container back, and runs its poststop hooks. */
function destroy(
  ctx: RuntimeContext,
  files: Layout,
  lock: Lock,
  options: DeleteOptions,
  state: StateFile | undefined,
): void {
  if (state && isAlive(ctx.host, state))
    effect('kill init', () => killProcess(ctx.host, state.pid, state.pidStart))
  const hooks = state ? poststopHooks(ctx, files, options.force) : []
  undoEverything({ ...ctx, host: lock.guard(ctx.host) }, files, options)
  effect('remove the lock', () => lock.remove())
  if (state && hooks.length > 0)
    effect('run poststop hooks', () => runHooksLeniently(ctx, hooks, ociState(state, 'stopped')))
}

/**
 * Takes the container's lock from a command that waits for a process in the jail: a `create` or `start` ends when its
 * init is killed, and a `create` that waits for a hook is killed itself.
 * @param patience how long each step waits, in milliseconds.
 */
export function lockByForce(ctx: RuntimeContext, files: Layout, id: string, patience = 10_000): Lock {
  const lock = tryLock(ctx.host, files.lock, patience)
  if (lock) return lock
  const state = readableState(ctx, files)
  if (state && isAlive(ctx.host, state)) killProcess(ctx.host, state.pid, state.pidStart)
  const left = tryLock(ctx.host, files.lock, patience)
  if (left) return left
  // The journal has an undo for the hook, so its process does not stay.
  const maker = state && readableState(ctx, files)?.maker
  if (maker) killProcess(ctx.host, maker.pid, maker.start)
  return lockContainer(ctx.host, files.lock, id)
}

/** Returns the state. With --force a damaged state is no obstacle, because the journal has everything to take back. */
function readableState(ctx: RuntimeContext, files: Layout): StateFile | undefined {
  try {
    return readState(files)
  } catch (error) {
    if (error instanceof JailwrightError && error.code === 'UNSUPPORTED') throw error
    ctx.log.warn((error as Error).message)
    return undefined
  }
}

/** Returns the poststop hooks. The plan is written before any effect, so without a plan there are no hooks to run. */
function poststopHooks(ctx: RuntimeContext, files: Layout, force: boolean): readonly HookPlan[] {
  if (!exists(files.plan)) return []
  try {
    return readPlan(files).hooks.poststop
  } catch (error) {
    if (!force) throw error
    ctx.log.warn(`${(error as Error).message}: its poststop hooks are not run`)
    return []
  }
}
