/** Sending a signal to a process that may have ended this very moment. */
import { SyscallError } from '../../errors.ts'
import type { EverydayHost } from '../../host/types.ts'

/** kill(2) by this host's number; a process that has ended (ESRCH) is no error, every other refusal is thrown. */
export function signalProcess(host: EverydayHost, pid: number, signal: number): void {
  try {
    host.process.kill(pid, signal)
  } catch (error) {
    if (!(error instanceof SyscallError && error.errno === 'ESRCH')) throw error
  }
}
