/** The configuration that `spec` writes as a start. */
import { ociVersion } from './version.ts'

const path = '/sbin:/bin:/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin'

/**
 * /dev and the mounts below it, as podman writes them on FreeBSD. Ruleset 4 is devfsrules_jail of
 * /etc/defaults/devfs.rules.
 */
const freebsdMounts = [
  {
    destination: '/dev',
    type: 'devfs',
    source: 'devfs',
    options: ['ruleset=4', 'rule=path shm unhide mode 1777'],
  },
  { destination: '/dev/fd', type: 'fdescfs', source: 'fdesc', options: [] },
  {
    destination: '/dev/shm',
    type: 'tmpfs',
    source: 'shm',
    options: ['notmpcopyup', 'mode=1777', 'size=65536000'],
  },
]

/** The file systems of the Linux kernel that FreeBSD emulates (linprocfs(4), linsysfs(4)). */
const linuxMounts = [
  { destination: '/proc', type: 'linprocfs', source: 'linprocfs', options: ['nosuid', 'noexec'] },
  { destination: '/sys', type: 'linsysfs', source: 'linsysfs', options: ['nosuid', 'noexec'] },
]

/**
 * Returns a configuration that runs a shell on a terminal, with the root `rootfs` in the bundle and its own network
 * stack. `linux` is true for a root with Linux programs.
 */
export function specTemplate(linux: boolean): Record<string, unknown> {
  return {
    ociVersion,
    process: {
      terminal: true,
      user: { uid: 0, gid: 0, umask: 0o022 },
      args: ['/bin/sh'],
      env: [`PATH=${path}`, 'TERM=xterm', 'HOME=/root'],
      cwd: '/',
    },
    root: { path: 'rootfs', readonly: false },
    hostname: 'jailwright',
    mounts: linux
      ? [
          { ...freebsdMounts[0] },
          { ...freebsdMounts[1], options: ['linrdlnk'] },
          { ...freebsdMounts[2] },
          ...linuxMounts,
        ]
      : freebsdMounts,
    annotations: { 'org.freebsd.jail.vnet': 'new' },
    ...(linux && { linux: {} }),
  }
}
