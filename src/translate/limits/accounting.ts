/** Whether this kernel does resource accounting, without which rctl(8) fails (docs/freebsd/limits.md). */
import type { HostFacts } from '../core/plan.ts'

/** The advice at the end of an error, for callers that have not chosen best effort. */
export const OR_BEST_EFFORT = ', or use --limits=best-effort'

/** The reason why rctl(8) does not work on this host, and what to do about it; undefined when it works. */
export function racctProblem(facts: HostFacts): { text: string; hint: string } | undefined {
  const state = facts.sysctl('kern.racct.enable')
  if (state !== undefined && state !== '0') return undefined
  if (state === undefined) {
    return {
      text: 'resource limits need a kernel with options RACCT and RCTL',
      hint: 'GENERIC has them; see rctl(8)',
    }
  }
  return {
    text: 'resource limits need accounting, which is off (kern.racct.enable=0)',
    hint: 'put kern.racct.enable=1 into /boot/loader.conf and reboot',
  }
}
