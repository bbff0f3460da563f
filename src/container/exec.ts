/** `exec`: another program in a running container, under the same restrictions as the first one. */
import { rmSync, unlinkSync } from 'node:fs'
import { resolve } from 'node:path'
import type { RuntimeContext } from '../context.ts'
import { JailwrightError } from '../errors.ts'
import type { ProcessPlan } from '../translate/core/plan.ts'
import { type ExecOptions, programFor } from './build/exec-program.ts'
import { expectExec, send } from './init/channel.ts'
import { type StartedInit, spawnInit } from './init/spawn.ts'
import { forwardSignals, sendSignal } from './process/forward-signals.ts'
import { writePidFile } from './process/pid-file.ts'
import type { OwnTerminal } from './process/terminal.ts'
import { lockContainer } from './state/lock.ts'
import { layout } from './state/paths.ts'
import { readPlan } from './state/plan-file.ts'
import { currentStatus, requireState } from './state/state-file.ts'

/** Runs a program in a running container; gives its exit status, or 0 at once with `detach`. */
export async function exec(ctx: RuntimeContext, options: ExecOptions): Promise<number> {
  const signals = options.detach ? undefined : forwardSignals(ctx.host)
  try {
    const { init, terminal } = await startProcess(ctx, options)
    if (options.pidFile !== undefined) recordPid(ctx, options.pidFile, init.pid)
    if (options.detach) return 0
    signals?.to(init.pid)
    try {
      terminal?.attach(() => sendSignal(ctx.host, init.pid, 'SIGHUP'))
      return await init.ended
    } finally {
      await terminal?.detach()
    }
  } finally {
    signals?.stop()
  }
}

/** A program that the caller cannot find is not left running. */
function recordPid(ctx: RuntimeContext, file: string, pid: number): void {
  try {
    writePidFile(resolve(file), pid)
  } catch (error) {
    sendSignal(ctx.host, pid, 'SIGKILL')
    throw error
  }
}

async function startProcess(
  ctx: RuntimeContext,
  options: ExecOptions,
): Promise<{ init: StartedInit; terminal: OwnTerminal | undefined }> {
  const { id } = options
  requireState(ctx.root, id)
  const files = layout(ctx.root, id)
  const lock = lockContainer(ctx.host, files.lock, id)
  try {
    const { state } = requireState(ctx.root, id)
    const status = currentStatus(ctx.host, state)
    if (status !== 'running' && !(status === 'paused' && options.ignorePaused)) {
      throw new JailwrightError('STATE', `cannot exec in container "${id}": it is ${status}, not running`, {
        subject: id,
      })
    }
    const program = await programFor(ctx, readPlan(files).process, options)
    const terminal = await ownTerminal(ctx, program, options)
    const channels = {
      ctl: `${files.dir}/exec-${process.pid}-ctl`,
      result: `${files.dir}/exec-${process.pid}-result`,
    }
    for (const path of [channels.ctl, channels.result]) {
      // An exec that was killed may have left them, and its pid may be ours now.
      rmSync(path, { force: true })
      ctx.host.process.mkfifo(path, 0o600)
    }
    let init: StartedInit
    try {
      init = spawnInit(ctx.host, channels, {
        preserveFds: options.preserveFds,
        detached: options.detach,
        ...(terminal ? { terminal: terminal.slave } : {}),
      })
    } finally {
      unlinkSync(channels.ctl)
      unlinkSync(channels.result)
    }
    terminal?.handedOver()
    send(init.orders, {
      do: 'prepare',
      jid: state.jid,
      process: program,
      hooks: [],
      immediately: true,
      ...(terminal ? { ownTerminal: terminal.path } : {}),
      ...(options.consoleSocket === undefined ? {} : { consoleSocket: resolve(options.consoleSocket) }),
    })
    // A process of the jail may stop init, and with it us: nobody else is to wait for that.
    lock.release()
    expectExec(init.answers)
    init.close()
    return { init, terminal }
  } finally {
    lock.release()
  }
}

async function ownTerminal(
  ctx: RuntimeContext,
  program: ProcessPlan,
  options: ExecOptions,
): Promise<OwnTerminal | undefined> {
  if (!program.terminal) {
    if (options.consoleSocket === undefined) return undefined
    throw new JailwrightError('USAGE', '--console-socket needs a terminal: use --tty or process.terminal')
  }
  if (options.consoleSocket !== undefined) return undefined
  if (options.detach) throw new JailwrightError('USAGE', '--tty with --detach: --console-socket is required')
  const { openTerminal } = await import('./process/terminal.ts')
  return openTerminal(ctx.host, program.consoleSize)
}
