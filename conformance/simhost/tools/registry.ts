/** All tools of the simulated host. A new tool is a module `tools/NAME.ts` with `main`, and an entry here. */
import type { ToolDefinition } from './tool.ts'

export const TOOLS: Record<string, ToolDefinition> = {
  'simhost-ping': { paths: ['/usr/sbin/simhost-ping'], inJail: true, load: () => import('./ping.ts') },
  jail: { paths: ['/usr/sbin/jail'], program: true, load: () => import('./jail.ts') },
  jls: { paths: ['/usr/sbin/jls'], inJail: true, load: () => import('./jls.ts') },
  jexec: { paths: ['/usr/sbin/jexec'], program: true, load: () => import('./jexec.ts') },
}
