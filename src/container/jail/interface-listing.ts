/** What ifconfig(8) says of interfaces. That it fails is an error: no output is not the same as no interface. */
import { ToolError } from '../../errors.ts'
import { runTool } from '../../host/run-tool.ts'
import type { Host } from '../../host/types.ts'

/** How often the list is asked for: an interface that goes away meanwhile can make ifconfig(8) fail. */
const TRIES = 3

/** Outputs of `ifconfig -j` about a jail that is not there. */
const NO_JAIL = ['jail not found', 'cannot attach to jail']

/** All interfaces of the host, or of a jail (`ifconfig -a`); empty when there is no such jail. Throws ToolError. */
export function listInterfaces(host: Host, jail?: string): string {
  const args = [...(jail === undefined ? [] : ['-j', jail]), '-a']
  let failure: unknown
  for (let n = 0; n < TRIES; n++)
    try {
      return runTool(host, { tool: 'ifconfig', args, ignore: jail === undefined ? [] : NO_JAIL })
    } catch (error) {
      failure = error
      // One that was killed, because it did not end, would not end the next time either.
      if (!(error instanceof ToolError)) break
    }
  throw failure as Error
}

/** One interface of the host (`ifconfig NAME`); empty when there is none of this name. Throws ToolError. */
export function showInterface(host: Host, name: string): string {
  return runTool(host, { tool: 'ifconfig', args: [name], ignore: ['does not exist'] })
}
