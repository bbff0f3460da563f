/** The effects of `create`. Each has its undo in the journal, and all are taken back when one fails. */
import type { Bundle } from '../../bundle/index.ts'
import type { RuntimeContext } from '../../context.ts'
import { engine } from '../../host/engine/index.ts'
import { makeDirectory } from '../../host/files.ts'
import type { Host, MountEntry } from '../../host/types.ts'
import { resolve } from '../../paths.ts'
import type { Plan, ProcessPlan } from '../../translate/core/plan.ts'
import { lastOfEachName } from '../../translate/process/process.ts'
import { expectReady, send } from '../init/channel.ts'
import { type StartedInit, spawnInit } from '../init/spawn.ts'
import { effect } from '../journal/effect.ts'
import { Journal } from '../journal/journal.ts'
import { runHooks, runHooksLeniently } from '../process/hooks.ts'
import { killProcess } from '../process/kill-process.ts'
import { writePidFile } from '../process/pid-file.ts'
import { type OwnTerminal, relayedTerminal } from '../process/terminal.ts'
import { writeFileAtomic } from '../state/atomic-file.ts'
import { bootOf } from '../state/boot.ts'
import { lastingRecord } from '../state/lasting.ts'
import type { Lock } from '../state/lock.ts'
import type { Layout } from '../state/paths.ts'
import { ociState, type StateFile, writeState } from '../state/state-file.ts'
import { undoEverything } from '../undo/undo-everything.ts'
import { applyPlan, isLoopbackOfInit } from './apply-plan.ts'
import type { Created, CreateMode, CreateOptions } from './options.ts'

/** The inputs of building a container. */
export interface Building {
  options: CreateOptions
  mode: CreateMode
  files: Layout
  plan: Plan
  program: ProcessPlan
  bundle: Bundle
  lock: Lock
  /** The mount table from which the plan was made; undefined when mounts have changed since. */
  standing: readonly MountEntry[] | undefined
}

/**
 * Builds the container. After a failure nothing of it is left.
 * @throws JailwrightError with the property or object concerned.
 */
export function build(ctx: RuntimeContext, work: Building): Created {
  const { files, options, plan } = work
  const { host } = ctx
  let init: StartedInit | undefined
  const state = firstState(ctx, work)
  const hooks = [...plan.hooks.prestart, ...plan.hooks.createRuntime, ...plan.hooks.createContainer]
  effect('make state directory', () => makeDirectory(files.dir, 0o700))
  try {
    const journal = new Journal(files.journal, bootOf(host), lastingRecord(files))
    effect('state creating', () => writeState(files, state))
    effect('write plan.json', () => writeFileAtomic(files.plan, JSON.stringify(plan)))
    const terminal = work.mode.ownTerminal
      ? relayedTerminal(host, work.program, options.consoleSocket)
      : undefined
    const start = () => {
      // Known here already: it has to be let go also when the journal cannot record that it was started.
      init = startInit(ctx, work, terminal)
      return init
    }
    const started = journal.perform('start init', { op: 'init-gone', ctl: files.ctl }, start)
    init = started
    terminal?.handedOver()
    journal.perform('init', { op: 'kill', pid: init.pid, start: init.start }, () => undefined)
    state.pid = init.pid
    state.pidStart = init.start
    const { rootPath } = applyPlan(host, journal, plan, work, jid => {
      state.jid = jid
      // Without hooks init enters the jail while the remaining steps work on the jail from outside. Hooks must run
      // before anything happens inside the jail.
      if (hooks.length === 0) prepare(started, jid, work, terminal)
    })
    effect('state with its jail', () => writeState(files, state))
    if (hooks.length > 0) {
      runCreateHooks(host, plan, state, rootPath, pid => recordHook(host, journal, pid))
      prepare(started, state.jid, work, terminal)
    }
    expectReady(init.answers)
    if (options.pidFile !== undefined) recordPid(journal, options.pidFile, init.pid)
    state.status = 'created'
    delete state.maker
    effect('state created', () => writeState(files, state))
    return { plan, state, init, terminal }
  } catch (error) {
    init?.close()
    giveUp(ctx, work, state)
    throw error
  }
}

/**
 * Returns the variables of socket activation (sd_listen_fds(3)), as runc and crun do: podman passes the descriptors of
 * LISTEN_FDS by --preserve-fds and leaves the variable in conmon's environment. Pids in a jail are the host's pids.
 */
function activation(
  preserved: number,
  pid: number,
  env: Readonly<Record<string, string | undefined>> = engine.environment,
): string[] {
  const count = env.LISTEN_FDS ?? ''
  if (!/^[1-9]\d*$/.test(count) || Number(count) > preserved) return []
  const names = env.LISTEN_FDNAMES === undefined ? [] : [`LISTEN_FDNAMES=${env.LISTEN_FDNAMES}`]
  return [`LISTEN_FDS=${count}`, `LISTEN_PID=${pid}`, ...names]
}

/** Sends init into the jail. init answers when it is ready to become the program. */
function prepare(init: StartedInit, jid: number, work: Building, terminal: OwnTerminal | undefined): void {
  const { options, plan, files, program } = work
  effect('tell init to prepare', () =>
    send(init.orders, {
      do: 'prepare',
      jid,
      process: {
        ...program,
        env: lastOfEachName([...program.env, ...activation(options.preserveFds, init.pid)]),
      },
      loopback: isLoopbackOfInit(plan),
      immediately: false,
      hooks: plan.hooks.startContainer,
      ...(terminal ? { ownTerminal: terminal.path } : {}),
      channels: { ctl: files.ctl, result: files.result },
      ...(options.consoleSocket === undefined ? {} : { consoleSocket: resolve(options.consoleSocket) }),
    }),
  )
}

/**
 * Takes a failed container back. When there was a jail, the poststop hooks run as after any other end (runtime.md,
 * Lifecycle: "stop the container, and continue the lifecycle at step 12").
 */
function giveUp(ctx: RuntimeContext, work: Building, state: StateFile): void {
  try {
    undoEverything(ctx, work.files)
    work.lock.remove()
  } catch (failure) {
    ctx.log.error(`cleaning up after the failed create: ${(failure as Error).message}`)
    return
  }
  const hooks = work.plan.hooks.poststop
  if (state.jid !== 0) runHooksLeniently(ctx, hooks, ociState(state, 'stopped'))
}

function startInit(
  ctx: RuntimeContext,
  { files, options }: Building,
  terminal: OwnTerminal | undefined,
): StartedInit {
  ctx.host.process.mkfifo(files.ctl, 0o600)
  ctx.host.process.mkfifo(files.result, 0o600)
  return spawnInit(ctx.host, files, {
    preserveFds: options.preserveFds,
    ...(terminal ? { terminal: terminal.slave } : {}),
  })
}

function firstState(ctx: RuntimeContext, { options, plan, bundle }: Building): StateFile {
  return {
    jid: 0,
    pid: 0,
    pidStart: '',
    id: options.id,
    ociVersion: bundle.config.ociVersion,
    status: 'creating',
    paused: false,
    poststart: plan.hooks.poststart.length > 0,
    bundle: bundle.dir,
    rootfs: plan.rootPath,
    jailName: plan.jailName,
    created: new Date().toISOString(),
    boot: bootOf(ctx.host) ?? '',
    annotations: { ...plan.annotations },
    maker: { pid: engine.pid(), start: ctx.host.kernel.processInfo(engine.pid())?.start ?? '' },
  }
}

/**
 * Runs the prestart, createRuntime and createContainer hooks: the jail exists and the program is not yet in it.
 * createContainer hooks run in the container's root, `rootPath`, as with runc and ocijail, where all mounts are
 * visible.
 */
function runCreateHooks(
  host: Host,
  { hooks }: Plan,
  state: StateFile,
  rootPath: string,
  started: (pid: number) => void,
): void {
  const told = ociState(state, 'creating')
  runHooks(host, [...hooks.prestart, ...hooks.createRuntime], told, undefined, { started })
  runHooks(host, hooks.createContainer, told, rootPath, { started })
}

/**
 * Records the process of a hook, which outlives a `create` that is killed. The hook gets the state only after this is
 * written.
 */
function recordHook(host: Host, journal: Journal, pid: number): void {
  const start = host.kernel.processInfo(pid)?.start
  if (start === undefined) return
  const undo = { op: 'kill', pid, start, group: true } as const
  try {
    journal.perform(`hook ${pid}`, undo, () => undefined)
  } catch (error) {
    killProcess(host, pid, start, true)
    throw error
  }
}

function recordPid(journal: Journal, file: string, pid: number): void {
  const path = resolve(file)
  journal.perform(`pid file ${path}`, { op: 'pid-file', path, pid }, () => writePidFile(path, pid))
}
