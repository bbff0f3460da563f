/** All tools of the simulated host. A new tool is a module `tools/NAME.ts` with `main`, and an entry here. */
import type { ToolDefinition } from './tool.ts'

export const TOOLS: Record<string, ToolDefinition> = {
  'simhost-ping': {
    paths: ['/usr/sbin/simhost-ping'],
    inJail: true,
    load: () => import('./ping.ts'),
  },
}
