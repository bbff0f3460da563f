/** Whether this kernel accounts to jails, without which rctl(8) limits nothing (rctl.md section 1). */
import type { HostFacts } from '../core/plan.ts'

/** What an error adds: where best effort is chosen already, it would be no advice. */
export const OR_BEST_EFFORT = ', or use --limits=best-effort'

/** Why rctl(8) cannot be used here, and what to do about it; undefined when it can. */
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
