/** `kill`: sends a signal to the container's first process, or to all of its processes. */

import type { EverydayContext } from '../context.ts'
import { JailwrightError } from '../errors.ts'
import type { EverydayHost } from '../host/types.ts'
import { signalProcess } from './process/signal.ts'
import { tryLock } from './state/lock.ts'
import { currentStatus, requireContainer, requireState } from './state/state-file.ts'

/** How long a signal waits for another command, in milliseconds. */
const PATIENCE = 5_000

/** An upper bound of signal numbers (SIGRTMAX is 126 on FreeBSD, 64 on Linux). */
const LAST_SIGNAL = 128

/**
 * Returns the number of a signal. It accepts a name with or without SIG in any case, and a number of this host; 0 sends
 * nothing and only checks that the process exists (kill(2)).
 * @throws JailwrightError USAGE for any other text.
 */
export function parseSignal(host: EverydayHost, text: string): number {
  if (/^\d+$/.test(text)) {
    const number = Number(text)
    if (number <= LAST_SIGNAL) return number
  } else {
    const number = host.signalNumber(text.toUpperCase().replace(/^SIG/, ''))
    if (number !== undefined) return number
  }
  throw new JailwrightError(
    'USAGE',
    `unknown signal "${text}": give a name such as TERM or SIGTERM, or a number`,
    {
      subject: text,
    },
  )
}

/**
 * Sends a signal. `pid` names a process of the jail in place of the first one, as ocijail's `--pid` does.
 * @throws JailwrightError STATE when the container is stopped (runtime.md, Kill) and `all` is not set, or when the jail
 * has no process `pid`.
 */
export function kill(
  ctx: EverydayContext,
  options: { id: string; signal: string; all: boolean; pid?: number | undefined },
): void {
  const { id, all } = options
  const files = requireContainer(ctx.root, id)
  // The signal is sent without the lock when the lock is held too long: a `start` may hold it while it waits for the
  // process that this signal ends. The start time identifies the process, so the signal cannot go to another one.
  const lock = tryLock(ctx.host, files.lock, PATIENCE)
  try {
    const { state } = requireState(ctx.root, id)
    const signal = parseSignal(ctx.host, options.signal)
    const status = currentStatus(ctx.host, state)
    if (all) {
      const inJail = state.jid > 0 && ctx.host.kernel.jailId(state.jailName) === state.jid
      for (const pid of inJail ? ctx.host.kernel.jailProcesses(state.jid) : [])
        signalProcess(ctx.host, pid, signal)
      return
    }
    if (status === 'stopped' || status === 'creating') {
      throw new JailwrightError('STATE', `cannot kill container "${id}": container not running`, {
        subject: id,
      })
    }
    if (options.pid !== undefined && !ctx.host.kernel.jailProcesses(state.jid).includes(options.pid)) {
      throw new JailwrightError(
        'STATE',
        `cannot kill process ${options.pid}: container "${id}" has no such process`,
      )
    }
    signalProcess(ctx.host, options.pid ?? state.pid, signal)
  } finally {
    lock?.release()
  }
}
