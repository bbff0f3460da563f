/** route(8). */
import { relay } from './relay.ts'
import type { ToolContext } from './tool.ts'

export function main(t: ToolContext): number {
  return relay(t, 'routeTool', t.args).status
}
