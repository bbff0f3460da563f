/** Identifies a boot of the host. */
import type { EverydayHost } from '../../host/types.ts'

/**
 * Returns a text that stays the same until the host boots again: the time between the boot and the start of the first
 * process, in microseconds (proc0_post in sys/kern/init_main.c). kern.boottime does not serve, because it changes with
 * the clock. Returns undefined where the first process is not visible, as in a jail.
 */
export function bootOf(host: EverydayHost): string | undefined {
  return host.kernel.processInfo(1)?.start
}

/** True for a boot of before the present one; false when either is not known. */
export function isEarlierBoot(host: EverydayHost, then: string | undefined): boolean {
  const now = bootOf(host)
  return then !== undefined && now !== undefined && then !== now
}
