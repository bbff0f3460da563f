/** ping(8) and ping6(8). */
import { relay } from './relay.ts'
import type { ToolContext } from './tool.ts'

/** Runs the tool and returns its exit status. */
export function main(t: ToolContext): number {
  return relay(t, 'pingTool', t.args, t.name === 'ping6').status
}
