/** `create`: does everything up to a first process that waits in its jail for `start`. */
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
import { isEarlierBoot } from './state/boot.ts'
import { hasRemains, lastingRecord } from './state/lasting.ts'
import { lockContainer } from './state/lock.ts'
import { type Layout, layout } from './state/paths.ts'
import { makeRoot, requireRoot } from './state/root.ts'
import { isOfEarlierBoot, readState } from './state/state-file.ts'
import { undoEverything } from './undo/undo-everything.ts'

/**
 * Creates a container. After a failure nothing of it is left on the host.
 * @throws JailwrightError with the property or object concerned.
 */
export function create(ctx: RuntimeContext, options: CreateOptions): void {
  const { init } = createContainer(ctx, options, { ownTerminal: false })
  init.close()
}

/** Creates a container and returns it with its init, which `run` starts. */
export function createContainer(ctx: RuntimeContext, given: CreateOptions, mode: CreateMode): Created {
  checkId(given.id)
  requireRoot(userId())
  // The mounts change the working directory, so relative paths are resolved before.
  const options = {
    ...given,
    ...(given.pidFile === undefined ? {} : { pidFile: resolve(given.pidFile) }),
    ...(given.consoleSocket === undefined ? {} : { consoleSocket: resolve(given.consoleSocket) }),
  }
  const { bundle, plan, facts } = planContainer(ctx, options)
  checkTerminal(plan.process, options, mode)
  // The real path is used, because the kernel records mounts by real paths and /var/run may be a link.
  const files = layout(makeRoot(ctx.root), options.id)
  // hasRemains throws for a directory of another program, before a lock file is made for it.
  hasRemains(files)
  const lock = lockContainer(ctx.host, files.lock, options.id)
  const guarded = { ...ctx, host: lock.guard(ctx.host) }
  try {
    const cleared = clearRemains(guarded, files, options.id)
    const standing = cleared ? undefined : facts.mounts()
    return build(guarded, { options, mode, files, plan, program: plan.process, bundle, lock, standing })
  } finally {
    lock.release()
  }
}

/** Reads and translates the bundle. Nothing on the host is changed. */
function planContainer(
  ctx: RuntimeContext,
  options: CreateOptions,
): { bundle: Bundle; plan: Plan; facts: ReturnType<typeof hostFacts> } {
  const bundle = readBundle(options.bundle)
  for (const warning of bundle.warnings) ctx.log.warn(warning)
  // The fates of the properties are only logged at debug level, so the translation skips them otherwise.
  const translateAsAsked = ctx.log.debugging ? translate : translateBriefly
  const facts = hostFacts(ctx.host, ctx.root)
  const plan = translateAsAsked({
    id: options.id,
    bundle,
    facts,
    ...(options.limits ? { limits: options.limits } : {}),
  })
  for (const warning of plan.warnings) ctx.log.warn(warning)
  for (const { property, fate, note } of plan.fates) {
    if (fate === 'ignored' || note.includes('left out:')) ctx.log.debug(`${property}: ${fate}: ${note}`)
  }
  if (!exists(plan.rootPath)) {
    throw new JailwrightError('CONFIG', `root.path: ${plan.rootPath}: no such file or directory`, {
      subject: 'root.path',
    })
  }
  // A path that openBeneath returns is a real path, so the root must be one too, or the two would not compare.
  return { bundle, facts, plan: { ...plan, rootPath: realPath(plan.rootPath) } }
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
 * Clears what an interrupted `create` or a restart of the host left of this container: after a restart podman knows
 * nothing of a container's former runs and creates it anew. Returns true when there was something.
 * @throws JailwrightError EXISTS when the container exists.
 */
function clearRemains(ctx: RuntimeContext, files: Layout, id: string): boolean {
  if (!hasRemains(files)) return false
  const state = readState(files)
  const earlier = state ? isOfEarlierBoot(ctx.host, state) : isRecordOfEarlierBoot(ctx.host, files)
  if (state && state.status !== 'creating' && !earlier) {
    throw new JailwrightError('EXISTS', `container "${id}" already exists`, { subject: id })
  }
  const interrupted = 'an interrupted create, or a restart of the host, has left'
  const what = earlier ? 'it had before the host was restarted' : interrupted
  ctx.log.warn(`container ${id}: clearing away what ${what}`)
  // The container is to be created anew, so nothing in its root may prevent the removal.
  undoEverything(ctx, files, { force: true })
  return true
}

/** True when the journal, or the lasting record where the journal is gone, is from before the host's restart. */
function isRecordOfEarlierBoot(host: Host, files: Layout): boolean {
  return isEarlierBoot(host, new Journal(files.journal, undefined, lastingRecord(files)).boot())
}
