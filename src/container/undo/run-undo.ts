/** Taking back what a tool, or the system call in its place, has done. */
import { runTool } from '../../host/run-tool.ts'
import type { Host } from '../../host/types.ts'
import type { ToolCall } from '../../translate/core/plan.ts'
import { perform } from '../jail/calls.ts'
import { listInterfaces, showInterface } from '../jail/interface-listing.ts'

/**
 * Returns the names of the host's epairs that have exactly this description. The list of all interfaces only yields
 * candidates: a jail may give an interface that was moved into it any name and any description, even one with line
 * ends, and both return to the host with the interface. A candidate must be in the group of epairs, which an interface
 * leaves and joins again when it moves (docs/freebsd/network.md). Then it is asked for alone, because the first
 * description line of that answer is its own. So a jail can only cause the removal of its own epair.
 */
function describedAs(host: Host, description: string): string[] {
  const line = `\tdescription: ${description}`
  const candidates = new Set<string>()
  let name = ''
  for (const each of listInterfaces(host).split('\n')) {
    name = /^(\S+): flags=/.exec(each)?.[1] ?? name
    if (each === line) candidates.add(name)
  }
  if (candidates.size === 0) return []
  const epairs = runTool(host, { tool: 'ifconfig', args: ['-g', 'epair'] }).split(/\s+/)
  return epairs.filter(epair => {
    if (!candidates.has(epair)) return false
    const alone = showInterface(host, epair).split('\n')
    return alone.find(each => each.startsWith('\tdescription: ')) === line
  })
}

/** Runs one tool of an undo. An output that means "already gone" counts as success. */
export function runUndo(host: Host, call: ToolCall): void {
  if (call.forDescription !== undefined) {
    const { forDescription, ...plain } = call
    for (const name of describedAs(host, forDescription)) {
      runUndo(host, { ...plain, args: call.args.map(arg => arg.replaceAll('%{interface}', name)) })
    }
    return
  }
  perform(host, call)
}
