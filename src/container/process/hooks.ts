/** Hooks: the container's state on standard input, argv as given, a timeout that ends the whole process group. */

import type { RuntimeContext } from '../../context.ts'
import { JailwrightError } from '../../errors.ts'
import { exists } from '../../host/files.ts'
import type { EverydayHost } from '../../host/types.ts'
import type { HookPlan } from '../../translate/core/plan.ts'
import type { OciState } from '../state/state-file.ts'
import { HookProcess } from './hook-process.ts'

/** How a hook ended: undefined for success, else what to say. */
type Ending = string | undefined

/** What is called while a hook is waited for. */
interface HookWatch {
  /** Told the pid of each hook, before the hook is told the state. */
  started?: (pid: number) => void
  /** Called every few milliseconds. */
  meanwhile?: () => void
}

/**
 * Where a hook runs: in the bundle directory, as runc and crun have it. Only startContainer hooks are told `created`; in
 * the jail there is no bundle.
 */
function directoryFor({ status, bundle }: OciState): string {
  return status === 'created' ? '/' : bundle
}

/** Runs one hook to its end. Its standard output and error are kept for the message. */
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
    return (error as Error).message
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
 * Runs hooks in their order, in `directory` where it is given; the first failure ends it (code HOOK).
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

/** Runs hooks in their order; a failure is a warning and the next one runs (runtime-spec, poststop). */
export function runHooksLeniently(ctx: RuntimeContext, hooks: readonly HookPlan[], state: OciState): void {
  for (const hook of hooks) {
    const ending = runHook(ctx.host, hook, state)
    if (ending !== undefined) ctx.log.warn(`${hook.origin}: ${hook.path}: ${ending}`)
  }
}
