/** All tools of the simulated host. A new tool is a module `tools/NAME.ts` with `main`, and an entry here. */
import type { ToolDefinition } from './tool.ts'

export const TOOLS: Record<string, ToolDefinition> = {
  'simhost-ping': { paths: ['/usr/sbin/simhost-ping'], inJail: true, load: () => import('./ping.ts') },
  jail: { paths: ['/usr/sbin/jail'], program: true, load: () => import('./jail.ts') },
  jls: { paths: ['/usr/sbin/jls'], inJail: true, load: () => import('./jls.ts') },
  jexec: { paths: ['/usr/sbin/jexec'], program: true, load: () => import('./jexec.ts') },
  mount: { paths: ['/sbin/mount'], inJail: true, load: () => import('./mount.ts') },
  mount_nullfs: { paths: ['/sbin/mount_nullfs'], load: () => import('./mount.ts') },
  umount: { paths: ['/sbin/umount'], inJail: true, load: () => import('./umount.ts') },
  kldload: { paths: ['/sbin/kldload'], load: () => import('./kld.ts') },
  kldunload: { paths: ['/sbin/kldunload'], load: () => import('./kld.ts') },
  kldstat: { paths: ['/sbin/kldstat'], inJail: true, load: () => import('./kld.ts') },
  sysctl: { paths: ['/sbin/sysctl'], inJail: true, load: () => import('./sysctl.ts') },
  lsvfs: { paths: ['/usr/bin/lsvfs'], inJail: true, load: () => import('./lsvfs.ts') },
  uname: { paths: ['/usr/bin/uname'], inJail: true, load: () => import('./uname.ts') },
  hostname: { paths: ['/bin/hostname'], inJail: true, load: () => import('./uname.ts') },
  ps: { paths: ['/bin/ps'], inJail: true, load: () => import('./ps.ts') },
  pgrep: { paths: ['/bin/pgrep', '/usr/bin/pgrep'], inJail: true, load: () => import('./pgrep.ts') },
  pkill: { paths: ['/bin/pkill', '/usr/bin/pkill'], inJail: true, load: () => import('./pgrep.ts') },
  kill: { paths: ['/bin/kill'], inJail: true, load: () => import('./kill.ts') },
  devfs: { paths: ['/sbin/devfs'], program: true, load: () => import('./devfs.ts') },
  ifconfig: { paths: ['/sbin/ifconfig'], inJail: true, load: () => import('./ifconfig.ts') },
  route: { paths: ['/sbin/route'], inJail: true, load: () => import('./route.ts') },
  netstat: { paths: ['/usr/bin/netstat'], inJail: true, load: () => import('./netstat.ts') },
  rctl: { paths: ['/usr/bin/rctl'], load: () => import('./rctl.ts') },
  cpuset: { paths: ['/bin/cpuset'], program: true, load: () => import('./cpuset.ts') },
}
