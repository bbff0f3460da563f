/** Which boot of the host it is. */
import type { EverydayHost } from '../../host/types.ts'

/**
 * A text that is the same until the host is booted again: when, counted from the boot, the first process was started, in
 * microseconds (sys/kern/init_main.c, proc0_post). Not kern.boottime, which moves with the clock. undefined where the
 * first process is not seen.
 */
export function bootOf(host: EverydayHost): string | undefined {
  return host.kernel.processInfo(1)?.start
}
