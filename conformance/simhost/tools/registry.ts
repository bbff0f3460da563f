/** All tools of the simulated host. A new tool is a module `tools/NAME.ts` with `main`, and an entry here. */
import type { ToolDefinition } from './tool.ts'

export const TOOLS: Record<string, ToolDefinition> = {
  'simhost-ping': { paths: ['/usr/sbin/simhost-ping'], inJail: true, load: () => import('./ping.ts') },
  jail: { paths: ['/usr/sbin/jail'], program: true, load: () => import('./jail.ts') },
  jls: { paths: ['/usr/sbin/jls'], inJail: true, load: () => import('./jls.ts') },
  jexec: { paths: ['/usr/sbin/jexec'], program: true, load: () => import('./jexec.ts') },
  devfs: { paths: ['/sbin/devfs'], program: true, load: () => import('./devfs.ts') },
  ifconfig: { paths: ['/sbin/ifconfig'], inJail: true, load: () => import('./ifconfig.ts') },
  route: { paths: ['/sbin/route'], inJail: true, load: () => import('./route.ts') },
  netstat: { paths: ['/usr/bin/netstat'], inJail: true, load: () => import('./netstat.ts') },
  rctl: { paths: ['/usr/bin/rctl'], load: () => import('./rctl.ts') },
  cpuset: { paths: ['/bin/cpuset'], program: true, load: () => import('./cpuset.ts') },
}
