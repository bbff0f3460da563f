/**
 * Resource limits and usage: rctl_add_rule(2), rctl_remove_rule(2), rctl_get_racct(2) and rctl_get_rules(2). They fail with
 * ENOSYS in a kernel without RACCT, or when kern.racct.enable is 0.
 */
import { call, check, cString, lastErrno, lastError, readString } from '../ffi/index.ts'
import { memory } from '../ffi/memory.ts'

/** Size of the largest buffer for rules that the kernel accepts: the default of the sysctl kern.racct.rctl.maxbufsize. */
const MAX_OUTPUT = 16 * 1024 * 1024

/** Adds a rule such as `jail:NAME:memoryuse:deny=1073741824`. The kernel takes plain numbers; `1g` is read by rctl(8). */
export function rctlAddRule(rule: string): void {
  const input = cString(rule)
  check('rctl_add_rule', rule, input, input.length, null, 0)
}

/** Removes every rule that a filter matches; ESRCH when no rule matches. */
export function rctlRemoveRule(filter: string): void {
  const input = cString(filter)
  check('rctl_remove_rule', filter, input, input.length, null, 0)
}

/** Gives the resource usage of a subject, such as `cputime=0,datasize=4096`. */
export function rctlUsage(filter: string): string {
  return asked('rctl_get_racct', filter)
}

/** Gives the rules that a filter matches, separated by commas. */
export function rctlRules(filter: string): string {
  return asked('rctl_get_rules', filter)
}

function asked(name: 'rctl_get_racct' | 'rctl_get_rules', filter: string): string {
  const input = cString(filter)
  for (let size = 4096; ; size *= 2) {
    const output = memory(size)
    if (call(name, input, input.length, output, size) !== -1) return readString(output)
    if (lastErrno() !== 'ERANGE' || size >= MAX_OUTPUT) throw lastError(name, filter)
  }
}
