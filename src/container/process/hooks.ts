/**
 * Runs hooks: each gets the container's state on standard input, its own argv, and a timeout that ends its process
 * group.
 */

import type { RuntimeContext } from '../../context.ts'
import { errnoOf, JailwrightError } from '../../errors.ts'
import { exists } from '../../host/files.ts'
import type { EverydayHost } from '../../host/types.ts'
import type { HookPlan } from '../../translate/core/plan.ts'
import { lacksInterpreter } from '../init/find-program.ts'
import type { OciState } from '../state/state-file.ts'
import { HookProcess } from './hook-process.ts'

/** The result of a hook: undefined for success, or a description of the failure. */
type Ending = string | undefined

/** Functions that are called while a hook runs. */
interface HookWatch {
  /** Gets the pid of each hook, before the hook gets the state. */
  started?: (pid: number) => void
  /** Called every few milliseconds. */
  meanwhile?: () => void
}

/**
 * Returns the directory in which a hook runs: the bundle directory, as with runc and crun. Only startContainer hooks
 * get the status `created`, and they run in the jail, where the bundle does not exist.
 */
function directoryFor({ status, bundle }: OciState): string {
  return status === 'created' ? '/' : bundle
}

/** Runs one hook to its end. */
function runHook(
  host: EverydayHost,
  hook: HookPlan,
  state: OciState,
  directory = directoryFor(state),
  { started, meanwhile }: HookWatch = {},
): Ending {
  let running: HookProcess
  try {
    running = new HookProcess(host, hook, exists(directory) ? directory : '/')
  } catch (error) {
    return errnoOf(error) === 'ENOENT' && exists(hook.path)
      ? lacksInterpreter(host, hook.path)
      : (error as Error).message
  }
  try {
    started?.(running.pid)
    running.tell(`${JSON.stringify(state)}\n`)
    const { timeout } = hook
    const why = running.wait(timeout === undefined ? undefined : timeout * 1000, meanwhile)
    const said = running.output.trim().split('\n').pop() ?? ''
    return why === undefined || said === '' ? why : `${why}: ${said}`
  } finally {
    running.close()
  }
}

/**
 * Runs hooks in order, in `directory` when it is given.
 * @throws JailwrightError HOOK at the first failure; later hooks do not run.
 */
export function runHooks(
  host: EverydayHost,
  hooks: readonly HookPlan[],
  state: OciState,
  directory?: string,
  watch?: HookWatch,
): void {
  for (const hook of hooks) {
    const ending = runHook(host, hook, state, directory, watch)
    if (ending !== undefined) {
      throw new JailwrightError('HOOK', `${hook.origin}: ${hook.path}: ${ending}`, { subject: hook.origin })
    }
  }
}

/** Runs hooks in order. A failure is a warning, and the next hook runs (runtime.md, Lifecycle, for poststop hooks). */
export function runHooksLeniently(ctx: RuntimeContext, hooks: readonly HookPlan[], state: OciState): void {
  for (const hook of hooks) {
    const ending = runHook(ctx.host, hook, state)
    if (ending !== undefined) ctx.log.warn(`${hook.origin}: ${hook.path}: ${ending}`)
  }
}
