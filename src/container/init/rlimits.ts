/** Sets the program's limits by setrlimit(2). */
import { JailwrightError, SyscallError } from '../../errors.ts'
import type { Host } from '../../host/types.ts'
import type { RlimitPlan } from '../../translate/core/plan.ts'

/**
 * Sets the limits. FreeBSD silently lowers a value that is above its own maximum (kern_proc_setrlimit in
 * sys/kern/kern_resource.c); the translation warns of that.
 * @throws JailwrightError HOST with the property, for a limit that the kernel refuses.
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
