/**
 * Calls of a plan that the kernel takes without a tool. A plan has the command that an administrator would type, `create`
 * and `delete` make the system call that the tool would make, and its failure is told in the tool's own words.
 */
import { SyscallError, ToolError } from '../../errors.ts'
import { errorText } from '../../host/abi/error-text.ts'
import { runTool } from '../../host/run-tool.ts'
import type { Host } from '../../host/types.ts'
import type { ToolCall } from '../../translate/core/plan.ts'

/**
 * Does what a call of a tool does and gives its standard output: rctl(8) `-a` and `-r` and cpuset(1) `-l` of a jail by
 * system calls, everything else by the tool. Throws ToolError with the tool's text, unless the call ignores it.
 */
export function perform(host: Host, call: ToolCall): string {
  const act = systemCall(host, call)
  if (act === undefined) return runTool(host, call)
  try {
    act()
  } catch (error) {
    if (!(error instanceof ToolError)) throw error
    if (!call.ignore?.some(text => error.stderr.includes(text))) throw error
  }
  return ''
}

/** The system call in place of a tool, where there is one. */
function systemCall(host: Host, call: ToolCall): (() => void) | undefined {
  const { tool, args } = call
  const [option, ...rest] = args
  if (tool === 'rctl' && option === '-a') return () => addRules(host, call, rest)
  if (tool === 'rctl' && option === '-r') return () => removeRules(host, call, rest)
  const [list, flag, jail] = rest
  if (tool === 'cpuset' && option === '-l' && flag === '-j' && rest.length === 3)
    return () => setCpus(host, call, list ?? '', jail ?? '')
  return undefined
}

function addRules(host: Host, call: ToolCall, rules: readonly string[]): void {
  for (const rule of rules)
    inWords(
      call,
      () => host.kernel.rctlAddRule(rule),
      text => `rctl: failed to add rule '${rule}': ${text}`,
    )
}

function removeRules(host: Host, call: ToolCall, filters: readonly string[]): void {
  for (const filter of filters)
    inWords(
      call,
      () => host.kernel.rctlRemoveRule(filter),
      text => `rctl: failed to remove rule '${filter}': ${text}`,
    )
}

function setCpus(host: Host, call: ToolCall, list: string, jail: string): void {
  const jid = host.kernel.jailId(jail)
  if (jid === undefined)
    throw new ToolError([call.tool, ...call.args], 1, `cpuset: ${JSON.stringify(jail)}: jail not found`)
  inWords(
    call,
    () => host.kernel.cpusetJail(jid, cpuNumbers(list)),
    text => `cpuset: setaffinity: ${text}`,
  )
}

/** `0-2,5` as numbers. */
export function cpuNumbers(list: string): number[] {
  return list.split(',').flatMap(part => {
    const [from = '', to = from] = part.split('-')
    const length = Number(to) - Number(from) + 1
    return Array.from({ length }, (_, index) => Number(from) + index)
  })
}

/** Runs a system call; its failure is that of the tool, with the text of errno. */
function inWords(call: ToolCall, action: () => void, words: (text: string) => string): void {
  try {
    action()
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error
    throw new ToolError([call.tool, ...call.args], 1, words(errorText(error.errno)))
  }
}
