/** The program's limits by setrlimit(2). */
import { JailwrightError, SyscallError } from '../../errors.ts'
import type { Host } from '../../host/types.ts'
import type { RlimitPlan } from '../../translate/core/plan.ts'

/**
 * Takes the limits on. FreeBSD lowers what is above its own without an error (kern_proc_setrlimit in sys/kern/kern_resource.c), which the translation tells of;
 * what it refuses is an error that names the property, since a system call does not.
 */
export function setLimits(host: Host, rlimits: readonly RlimitPlan[]): void {
  for (const { resource, soft, hard } of rlimits) {
    try {
      host.process.setrlimit(resource, BigInt(soft), BigInt(hard))
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error
      const name = `RLIMIT_${resource}`
      const text = `process.rlimits: ${name} of ${soft}, at most ${hard}: ${error.message.split(': ').pop()}`
      throw new JailwrightError('HOST', text, { subject: 'process.rlimits', cause: error })
    }
  }
}
