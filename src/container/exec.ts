/** `exec`: runs another program in a created or running container, under the restrictions of the first one. */
import type { RuntimeContext } from '../context.ts'
import { JailwrightError } from '../errors.ts'
import { engine } from '../host/engine/index.ts'
import { linkStatusOf, removeFile } from '../host/files.ts'
import { resolve } from '../paths.ts'
import type { ProcessPlan } from '../translate/core/plan.ts'
import { type ExecOptions, programFor } from './build/exec-program.ts'
import { expectExec, send } from './init/channel.ts'
import { type StartedInit, spawnInit } from './init/spawn.ts'
import { effect } from './journal/effect.ts'
import { forwardSignals, sendSignal } from './process/forward-signals.ts'
import { writePidFile } from './process/pid-file.ts'
import { type OwnTerminal, relayedTerminal } from './process/terminal.ts'
import { waitForProgram } from './process/wait-for-program.ts'
import { lockContainer } from './state/lock.ts'
import { type Layout, layout } from './state/paths.ts'
import { readPlan } from './state/plan-file.ts'
import { currentStatus, requireState, type Status } from './state/state-file.ts'

/**
 * Runs a program in a created or running container. Returns its exit status, or 0 at once with `detach`.
 * @throws JailwrightError STATE when the container is stopped or paused, EXEC when the program cannot be executed.
 */
export function exec(ctx: RuntimeContext, options: ExecOptions): number {
  if (options.detach) {
    startProgram(ctx, options)
    return 0
  }
  let terminal: OwnTerminal | undefined
  const signals = forwardSignals(ctx.host, () => terminal?.continued())
  try {
    const started = startProgram(ctx, options)
    const { pid } = started.init
    terminal = started.terminal
    signals.to(pid)
    try {
      terminal?.attach(() => sendSignal(ctx.host, pid, 'HUP'))
      return waitForProgram(pid, signals, terminal)
    } finally {
      signals.ended()
      terminal?.detach()
    }
  } finally {
    signals.stop()
  }
}

/** Writes the pid file. When that fails the program is killed, because the caller could not find it. */
function recordPid(ctx: RuntimeContext, file: string, pid: number): void {
  try {
    effect('write pid file', () => writePidFile(resolve(file), pid))
  } catch (error) {
    sendSignal(ctx.host, pid, 'KILL')
    throw error
  }
}

/** A started program, as the command that started it sees it. */
interface StartedProgram {
  init: StartedInit
  terminal: OwnTerminal | undefined
}

function startProgram(ctx: RuntimeContext, options: ExecOptions): StartedProgram {
  const { id } = options
  requireState(ctx.root, id)
  const files = layout(ctx.root, id)
  const lock = lockContainer(ctx.host, files.lock, id)
  try {
    const { state } = requireState(ctx.root, id)
    const status = currentStatus(ctx.host, state)
    if (!takesPrograms(status, options)) {
      throw new JailwrightError('STATE', `cannot exec in container "${id}": it is ${status}, not running`, {
        subject: id,
      })
    }
    const program = programFor(ctx, readPlan(files).process, options)
    checkTerminal(program, options)
    const terminal = relayedTerminal(ctx.host, program, options.consoleSocket)
    const init = effect('start init', () => startInit(ctx, files, options, terminal))
    terminal?.handedOver()
    effect('tell init to start', () =>
      send(init.orders, {
        do: 'prepare',
        jid: state.jid,
        process: program,
        loopback: false,
        hooks: [],
        immediately: true,
        ...(terminal ? { ownTerminal: terminal.path } : {}),
        ...(options.consoleSocket === undefined ? {} : { consoleSocket: resolve(options.consoleSocket) }),
      }),
    )
    // A process of the jail may stop init and thereby this command; the lock is released, so that no other command
    // waits for it.
    lock.release()
    // The pid file is written before the program can fail: conmon finds the ended program by this pid, and podman
    // learns of the end only then.
    if (options.pidFile !== undefined) recordPid(ctx, options.pidFile, init.pid)
    expectExec(init.answers)
    init.close()
    return { init, terminal }
  } finally {
    lock.release()
  }
}

/** True when a program may be executed: as with runc, the first program of the container need not be started yet. */
function takesPrograms(status: Status, { ignorePaused }: ExecOptions): boolean {
  return status === 'running' || status === 'created' || (status === 'paused' && ignorePaused)
}

function startInit(
  ctx: RuntimeContext,
  files: Layout,
  { preserveFds }: ExecOptions,
  terminal: OwnTerminal | undefined,
): StartedInit {
  const channels = {
    ctl: `${files.dir}/exec-${engine.pid()}-ctl`,
    result: `${files.dir}/exec-${engine.pid()}-result`,
  }
  for (const path of [channels.ctl, channels.result]) {
    // An exec that was killed may have left the FIFOs, and this process may have the same pid.
    if (linkStatusOf(path)) removeFile(path)
    effect('make a channel', () => ctx.host.process.mkfifo(path, 0o600))
  }
  try {
    return spawnInit(ctx.host, channels, { preserveFds, ...(terminal ? { terminal: terminal.slave } : {}) })
  } finally {
    effect('remove the channels', () => {
      removeFile(channels.ctl)
      removeFile(channels.result)
    })
  }
}

/** Refuses options that do not fit the program's terminal (code USAGE). */
function checkTerminal({ terminal }: ProcessPlan, { consoleSocket, detach }: ExecOptions): void {
  if (!terminal && consoleSocket !== undefined)
    throw new JailwrightError('USAGE', '--console-socket needs a terminal: use --tty or process.terminal')
  if (terminal && consoleSocket === undefined && detach)
    throw new JailwrightError('USAGE', '--tty with --detach: --console-socket is required')
}
