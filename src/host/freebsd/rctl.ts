/** Resource limits and usage: rctl_add_rule(2) and its sisters. ENOSYS on a kernel without RACCT or with it switched off. */
import { call, check, cString, lastErrno, lastError, readString } from '../ffi/index.ts'
import { memory } from '../ffi/memory.ts'

/** kern.racct.rctl.maxbufsize: the kernel takes no larger buffer for rules. */
const MAX_OUTPUT = 128 * 1024

/** Adds a rule in rctl(8)'s words (`jail:NAME:memoryuse:deny=1g`). */
export function rctlAddRule(rule: string): void {
  const input = cString(rule)
  check('rctl_add_rule', rule, input, input.length, null, 0)
}

/** Removes every rule that a filter matches; ESRCH when none does. */
export function rctlRemoveRule(filter: string): void {
  const input = cString(filter)
  check('rctl_remove_rule', filter, input, input.length, null, 0)
}

/** What a subject uses: `cputime=0,datasize=...`. */
export function rctlUsage(filter: string): string {
  return asked('rctl_get_racct', filter)
}

/** Rules that a filter matches, with commas between. */
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
