/** Sends signals to processes that may just have ended. */
import { SyscallError } from '../../errors.ts'
import type { EverydayHost } from '../../host/types.ts'

/**
 * Calls kill(2) with this host's number of a signal. A process that has ended (ESRCH) is no error.
 * @throws SyscallError for every other refusal.
 */
export function signalProcess(host: EverydayHost, pid: number, signal: number): void {
  try {
    host.process.kill(pid, signal)
  } catch (error) {
    if (!(error instanceof SyscallError && error.errno === 'ESRCH')) throw error
  }
}
