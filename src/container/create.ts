/** `create`: everything up to a first process that waits in its jail for `start`. */
import { existsSync, mkdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { readBundle } from '../bundle/index.ts'
import { JailwrightError } from '../errors.ts'
import { translate } from '../translate/index.ts'
import { checkId } from '../translate/names.ts'
import type { Plan, ProcessPlan } from '../translate/plan.ts'
import { applyPlan } from './apply.ts'
import { type Answer, answerError, type Receiver, send } from './channel.ts'
import type { Context } from './context.ts'
import { effect } from './crash.ts'
import { hostFacts } from './facts.ts'
import { writeFileAtomic } from './files.ts'
import { Journal } from './journal.ts'
import { type Layout, layout } from './layout.ts'
import { type Lock, lockContainer } from './lock.ts'
import { type StartedInit, spawnInit } from './spawn-init.ts'
import { ociState, readState, type StateFile, writeState } from './state-file.ts'
import type { OwnTerminal } from './terminal.ts'
import { playBack } from './undo.ts'

/** What `create` is asked for. */
export interface CreateOptions {
  id: string
  /** Bundle directory. */
  bundle: string
  pidFile?: string
  consoleSocket?: string
  /** Number of descriptors from 3 on that the program keeps. */
  preserveFds: number
  limits?: 'strict' | 'best-effort'
}

/** How `run` differs from `create`. */
export interface CreateMode {
  /** False keeps init as a child that can be waited for. */
  detached: boolean
  /** A terminal without a console socket is one that `run` relays itself. */
  ownTerminal: boolean
}

/** A container that has been created, as `run` goes on with it. */
export interface Created {
  plan: Plan
  state: StateFile
  init: StartedInit
  terminal: OwnTerminal | undefined
}

/** Creates a container. On failure nothing of it is left on the host. */
export async function create(ctx: Context, options: CreateOptions): Promise<void> {
  const { init } = await createContainer(ctx, options, { detached: true, ownTerminal: false })
  init.close()
}

/** `create`, giving the started init. */
export async function createContainer(
  ctx: Context,
  options: CreateOptions,
  mode: CreateMode,
): Promise<Created> {
  checkId(options.id)
  const { bundle, plan } = planContainer(ctx, options)
  const program = requireProcess(plan)
  checkTerminal(program, options, mode)
  mkdirSync(ctx.root, { recursive: true, mode: 0o711 })
  // The real path: the kernel knows a mount by it, and /var/run may be a link.
  const files = layout(realpathSync(ctx.root), options.id)
  const lock = lockContainer(ctx.host, files.lock, options.id)
  try {
    clearRemains(ctx, files, options.id)
    return await build(ctx, { options, mode, files, plan, program, bundle, lock })
  } finally {
    lock.release()
  }
}

/** Reads and translates; nothing on the host is touched. */
function planContainer(
  ctx: Context,
  options: CreateOptions,
): { bundle: ReturnType<typeof readBundle>; plan: Plan } {
  const bundle = readBundle(options.bundle)
  for (const warning of bundle.warnings) ctx.log.warn(warning)
  const plan = translate({
    id: options.id,
    bundle,
    facts: hostFacts(ctx.host),
    ...(options.limits ? { limits: options.limits } : {}),
  })
  for (const warning of plan.warnings) ctx.log.warn(warning)
  for (const { property, fate, note } of plan.fates) {
    if (fate === 'ignored') ctx.log.debug(`${property}: ignored: ${note}`)
  }
  if (!existsSync(plan.rootPath)) {
    throw new JailwrightError('CONFIG', `root.path: ${plan.rootPath}: no such file or directory`, {
      subject: 'root.path',
    })
  }
  return { bundle, plan }
}

function requireProcess(plan: Plan): ProcessPlan {
  if (plan.process && plan.process.args.length > 0) return plan.process
  throw new JailwrightError('CONFIG', 'process.args: required to create a container, at least one entry', {
    subject: 'process.args',
  })
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

/** A container that exists is an error; what a `create` that died has left is cleared away. */
function clearRemains(ctx: Context, files: Layout, id: string): void {
  if (!existsSync(files.dir)) return
  const state = readState(files)
  if (state && state.status !== 'creating') {
    throw new JailwrightError('EXISTS', `container "${id}" already exists`, { subject: id })
  }
  ctx.log.warn(`container ${id}: clearing away what an interrupted create has left`)
  undoEverything(ctx, files)
}

/** Plays the journal back and removes the state directory; throws when something of the host could not be undone. */
export function undoEverything(ctx: Context, files: Layout): void {
  const failures = playBack(ctx.host, new Journal(files.journal))
  for (const failure of failures.slice(1)) ctx.log.error(failure.message)
  if (failures[0]) throw failures[0]
  effect('remove state directory', () => rmSync(files.dir, { recursive: true, force: true }))
}

interface Building {
  options: CreateOptions
  mode: CreateMode
  files: Layout
  plan: Plan
  program: ProcessPlan
  bundle: ReturnType<typeof readBundle>
  lock: Lock
}

async function build(ctx: Context, work: Building): Promise<Created> {
  const { files, options, plan } = work
  const { host } = ctx
  effect('make state directory', () => mkdirSync(files.dir, { mode: 0o700 }))
  const journal = new Journal(files.journal)
  let init: StartedInit | undefined
  try {
    const terminal = await ownTerminal(ctx, work)
    const state = firstState(ctx, work)
    writeState(files, state)
    writeFileAtomic(files.plan, JSON.stringify(plan))
    init = effect('start init', () => startInit(ctx, work, terminal))
    journal.perform('init', { op: 'kill', pid: init.pid, start: init.start }, () => undefined)
    state.pid = init.pid
    state.pidStart = init.start
    const applied = applyPlan(host, journal, plan, files)
    state.jid = applied.jid
    writeState(files, state)
    await runCreateHooks(plan, state)
    send(init.orders, {
      do: 'prepare',
      jid: applied.jid,
      process: work.program,
      immediately: false,
      hooks: plan.hooks.startContainer.length > 0,
      ownTerminal: terminal !== undefined,
      channel: files.ctl,
      ...(options.consoleSocket === undefined ? {} : { consoleSocket: resolve(options.consoleSocket) }),
    })
    expectReady(init.answers)
    if (options.pidFile !== undefined) writePidFile(journal, options.pidFile, init.pid)
    state.status = 'created'
    effect('state created', () => writeState(files, state))
    return { plan, state, init, terminal }
  } catch (error) {
    init?.close()
    try {
      undoEverything(ctx, files)
      work.lock.remove()
    } catch (failure) {
      ctx.log.error(`cleaning up after the failed create: ${(failure as Error).message}`)
    }
    throw error
  }
}

async function ownTerminal(
  ctx: Context,
  { mode, options, program }: Building,
): Promise<OwnTerminal | undefined> {
  if (!mode.ownTerminal || !program.terminal || options.consoleSocket !== undefined) return undefined
  const { openTerminal } = await import('./terminal.ts')
  return openTerminal(ctx.host, program.consoleSize)
}

function startInit(
  ctx: Context,
  { files, options, mode }: Building,
  terminal: OwnTerminal | undefined,
): StartedInit {
  ctx.host.process.mkfifo(files.ctl, 0o600)
  ctx.host.process.mkfifo(files.result, 0o600)
  return spawnInit(ctx.host, files, {
    preserveFds: options.preserveFds,
    detached: mode.detached,
    ...(terminal ? { terminal: terminal.slave } : {}),
  })
}

function firstState(ctx: Context, { options, plan, bundle }: Building): StateFile {
  return {
    jid: 0,
    pid: 0,
    pidStart: '',
    id: options.id,
    ociVersion: bundle.config.ociVersion,
    status: 'creating',
    paused: false,
    bundle: bundle.dir,
    rootfs: plan.rootPath,
    jailName: plan.jailName,
    created: new Date().toISOString(),
    boot: ctx.host.kernel.sysctl('kern.boottime') ?? '',
    annotations: { ...plan.annotations },
  }
}

/** prestart, createRuntime and createContainer hooks: the jail is there and the program is not yet in it. */
async function runCreateHooks(plan: Plan, state: StateFile): Promise<void> {
  const hooks = [...plan.hooks.prestart, ...plan.hooks.createRuntime, ...plan.hooks.createContainer]
  if (hooks.length === 0) return
  const { runHooks } = await import('./hooks.ts')
  await runHooks(hooks, ociState(state, 'creating'))
}

/** Waits for init's answer to `prepare`. */
export function expectReady(answers: Receiver): void {
  const answer = answers.next<Answer>()
  if (answer && 'error' in answer) throw answerError(answer)
  if (!answer) throw new JailwrightError('HOST', 'the init process died before it was ready')
}

function writePidFile(journal: Journal, path: string, pid: number): void {
  const absolute = resolve(path)
  journal.perform(`pid file ${absolute}`, { op: 'host-unlink', path: absolute }, () =>
    writeFileSync(absolute, String(pid), { mode: 0o644 }),
  )
}
