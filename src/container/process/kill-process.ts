/** Kills processes that jailwright started. */
import { JailwrightError } from '../../errors.ts'
import type { EverydayHost } from '../../host/types.ts'
import { waitUntil } from '../../host/wait.ts'
import { signalProcess } from './signal.ts'

/**
 * How long the end of a process is waited for that was killed or has nothing left to do, in milliseconds. It comes within
 * milliseconds, and within seconds on a host that is short of processors or memory.
 */
export const END_PATIENCE = 30_000

/**
 * Sends SIGKILL to a process, or to the process group that it leads, and waits for its end. Does nothing when the pid
 * belongs to another process by now.
 * @param start the start time of the process (see `ProcessInfo`).
 * @throws JailwrightError HOST when the process does not end.
 */
export function killProcess(host: EverydayHost, pid: number, start: string, group = false): void {
  const same = () => {
    const now = host.kernel.processInfo(pid)
    return now !== undefined && !now.zombie && now.start === start
  }
  if (!same()) return
  signalProcess(host, group ? -pid : pid, host.signalNumber('KILL') ?? 9)
  if (!waitUntil(() => !same(), END_PATIENCE)) {
    throw new JailwrightError('HOST', `process ${pid}: it is still there after SIGKILL`)
  }
}
