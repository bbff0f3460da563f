/** `create`: everything up to a first process that waits in its jail for `start`. */
import { type Bundle, readBundle } from '../bundle/index.ts'
import type { RuntimeContext } from '../context.ts'
import { JailwrightError } from '../errors.ts'
import { exists, realPath } from '../host/files.ts'
import { userId } from '../host/process/identity.ts'
import type { Host } from '../host/types.ts'
import { resolve } from '../paths.ts'
import { checkId } from '../translate/core/names.ts'
import type { Plan, ProcessPlan } from '../translate/core/plan.ts'
import { translate } from '../translate/index.ts'
import { translateBriefly } from '../translate/translate-config.ts'
import { build } from './build/build.ts'
import type { Created, CreateMode, CreateOptions } from './build/options.ts'
import { hostFacts } from './jail/host-facts.ts'
import { Journal } from './journal/journal.ts'
import { bootOf } from './state/boot.ts'
import { hasRemains, lastingRecord } from './state/lasting.ts'
import { lockContainer } from './state/lock.ts'
import { type Layout, layout } from './state/paths.ts'
import { makeRoot, requireRoot } from './state/root.ts'
import { isOfEarlierBoot, readState } from './state/state-file.ts'
import { undoEverything } from './undo/undo-everything.ts'

/** Creates a container. On failure nothing of it is left on the host. */
export function create(ctx: RuntimeContext, options: CreateOptions): void {
  const { init } = createContainer(ctx, options, { ownTerminal: false })
  init.close()
}

/** `create`, giving the started init. */
export function createContainer(ctx: RuntimeContext, given: CreateOptions, mode: CreateMode): Created {
  checkId(given.id)
  requireRoot(userId())
  // Before the working directory is changed for the mounts.
  const options = {
    ...given,
    ...(given.pidFile === undefined ? {} : { pidFile: resolve(given.pidFile) }),
    ...(given.consoleSocket === undefined ? {} : { consoleSocket: resolve(given.consoleSocket) }),
  }
  const { bundle, plan } = planContainer(ctx, options)
  checkTerminal(plan.process, options, mode)
  // The real path: the kernel knows a mount by it, and /var/run may be a link.
  const files = layout(makeRoot(ctx.root), options.id)
  // What is no container's gets no lock file either.
  hasRemains(files)
  const lock = lockContainer(ctx.host, files.lock, options.id)
  const guarded = { ...ctx, host: lock.guard(ctx.host) }
  try {
    clearRemains(guarded, files, options.id)
    return build(guarded, { options, mode, files, plan, program: plan.process, bundle, lock })
  } finally {
    lock.release()
  }
}

/** Reads and translates; nothing on the host is touched. */
function planContainer(ctx: RuntimeContext, options: CreateOptions): { bundle: Bundle; plan: Plan } {
  const bundle = readBundle(options.bundle)
  for (const warning of bundle.warnings) ctx.log.warn(warning)
  // What became of each property is only logged at debug level.
  const translateAsAsked = ctx.log.debugging ? translate : translateBriefly
  const plan = translateAsAsked({
    id: options.id,
    bundle,
    facts: hostFacts(ctx.host, ctx.root),
    ...(options.limits ? { limits: options.limits } : {}),
  })
  for (const warning of plan.warnings) ctx.log.warn(warning)
  for (const { property, fate, note } of plan.fates) {
    if (fate === 'ignored') ctx.log.debug(`${property}: ignored: ${note}`)
  }
  if (!exists(plan.rootPath)) {
    throw new JailwrightError('CONFIG', `root.path: ${plan.rootPath}: no such file or directory`, {
      subject: 'root.path',
    })
  }
  // The real path, or what is found beneath it would seem to be elsewhere.
  return { bundle, plan: { ...plan, rootPath: realPath(plan.rootPath) } }
}

function checkTerminal(program: ProcessPlan, options: CreateOptions, mode: CreateMode): void {
  if (program.terminal && options.consoleSocket === undefined && !mode.ownTerminal) {
    throw new JailwrightError('USAGE', 'process.terminal is true: --console-socket is required', {
      subject: 'process.terminal',
    })
  }
  if (!program.terminal && options.consoleSocket !== undefined) {
    throw new JailwrightError('USAGE', '--console-socket needs process.terminal to be true in config.json', {
      subject: 'process.terminal',
    })
  }
}

/**
 * A container that exists is an error; what a `create` that died, or a restart of the host, has left is cleared away:
 * podman knows nothing of a container's former runs after a restart and creates it anew.
 */
function clearRemains(ctx: RuntimeContext, files: Layout, id: string): void {
  if (!hasRemains(files)) return
  const state = readState(files)
  const earlier = state ? isOfEarlierBoot(ctx.host, state) : isRecordOfEarlierBoot(ctx.host, files)
  if (state && state.status !== 'creating' && !earlier) {
    throw new JailwrightError('EXISTS', `container "${id}" already exists`, { subject: id })
  }
  const interrupted = 'an interrupted create, or a restart of the host, has left'
  const what = earlier ? 'it had before the host was restarted' : interrupted
  ctx.log.warn(`container ${id}: clearing away what ${what}`)
  // Whoever creates it anew wants it gone: nothing in its root may keep that from being done.
  undoEverything(ctx, files, { force: true })
}

/** Whether what is recorded of it, by a journal or where that is gone, is of before the host's restart. */
function isRecordOfEarlierBoot(host: Host, files: Layout): boolean {
  const then = new Journal(files.journal, undefined, lastingRecord(files)).boot()
  const now = bootOf(host)
  return then !== undefined && now !== undefined && then !== now
}
