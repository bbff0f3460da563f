/** Ending a process that we started. */
import { JailwrightError } from '../../errors.ts'
import type { EverydayHost } from '../../host/types.ts'
import { waitUntil } from '../../host/wait.ts'
import { signalProcess } from './signal.ts'

/** How long is waited for its end, in milliseconds. */
const PATIENCE = 5_000

/** SIGKILL to a process that is still the one we started, or to its process `group`, and waits for its end. */
export function killProcess(host: EverydayHost, pid: number, start: string, group = false): void {
  const same = () => {
    const now = host.kernel.processInfo(pid)
    return now !== undefined && !now.zombie && now.start === start
  }
  if (!same()) return
  signalProcess(host, group ? -pid : pid, host.signalNumber('KILL') ?? 9)
  if (!waitUntil(() => !same(), PATIENCE)) {
    throw new JailwrightError('HOST', `process ${pid}: it is still there after SIGKILL`)
  }
}
