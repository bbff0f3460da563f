/**
 * Performs calls of a plan by system calls where that is possible. A plan contains the command that an administrator
 * would type; `create` and `delete` make the system call that the tool would make, and report its failure in the tool's
 * words.
 */
import { SyscallError, ToolError } from '../../errors.ts'
import { errorText } from '../../host/abi/error-text.ts'
import { runTool } from '../../host/run-tool.ts'
import type { Host } from '../../host/types.ts'
import type { ToolCall } from '../../translate/core/plan.ts'
import { cpuNumbers } from './cpu-list.ts'

/**
 * Performs a call of a tool and returns its standard output. rctl(8) `-a` and `-r`, and cpuset(1) `-l` of a jail, are
 * system calls; every other call runs the tool.
 * @throws ToolError with the tool's text, unless the call ignores that text.
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

/** Returns the system call that replaces a tool, or undefined when there is none. */
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
    asTool(
      call,
      () => host.kernel.rctlAddRule(rule),
      text => `rctl: failed to add rule '${rule}': ${text}`,
    )
}

function removeRules(host: Host, call: ToolCall, filters: readonly string[]): void {
  for (const filter of filters)
    asTool(
      call,
      () => host.kernel.rctlRemoveRule(filter),
      text => `rctl: failed to remove rule '${filter}': ${text}`,
    )
}

function setCpus(host: Host, call: ToolCall, list: string, jail: string): void {
  const jid = host.kernel.jailId(jail)
  if (jid === undefined)
    throw new ToolError([call.tool, ...call.args], 1, `cpuset: ${JSON.stringify(jail)}: jail not found`)
  asTool(
    call,
    () => host.kernel.cpusetJail(jid, cpuNumbers(list)),
    text => `cpuset: setaffinity: ${text}`,
  )
}

/** Runs a system call and turns its failure into the tool's error, with the text of errno. */
function asTool(call: ToolCall, action: () => void, words: (text: string) => string): void {
  try {
    action()
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error
    throw new ToolError([call.tool, ...call.args], 1, words(errorText(error.errno)))
  }
}
