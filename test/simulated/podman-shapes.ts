/** Bundles like those that podman writes on FreeBSD, and bundles whose networks need tools of the host. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'

/** The properties of a config.json that the tests read; others are passed on unchanged. */
export interface Shape {
  process: {
    args: string[]
    cwd: string
    terminal?: boolean
    rlimits?: { type: string; soft: number; hard: number }[]
    [name: string]: unknown
  }
  root: { path: string; readonly?: boolean }
  mounts: { destination: string; type: string; source: string; options?: string[] }[]
  annotations: Record<string, string>
  [name: string]: unknown
}

type Parts = Omit<Partial<Shape>, 'process'> & { process?: Partial<Shape['process']> }

const file = (destination: string) => ({ destination, type: 'nullfs', source: `/sources${destination}` })
const dev = (...rules: string[]) => ({
  ...{ destination: '/dev', type: 'devfs', source: 'devfs' },
  options: ['ruleset=4', ...rules.map(rule => `rule=${rule}`)],
})
const tmpfs = (destination: string, ...options: string[]) => ({
  ...{ destination, type: 'tmpfs', source: 'tmpfs', options: ['rw', 'rprivate', ...options] },
})
const volume = (destination: string, mode: 'ro' | 'rw') => ({
  ...file(destination),
  options: [mode, 'rprivate', 'rbind'],
})
const FD = { destination: '/dev/fd', type: 'fdescfs', source: 'fdesc' }
const FILES = [FD, file('/etc/hosts'), file('/etc/resolv.conf')]
const VNET = { 'org.freebsd.jail.vnet': 'new' }

function shape({ process = {}, ...parts }: Parts): Shape {
  return {
    ociVersion: '1.2.1',
    process: {
      user: { uid: 0, gid: 0, umask: 18, additionalGids: [0, 5] },
      args: ['/bin/sh'],
      env: ['PATH=/usr/local/bin:/usr/bin:/bin', 'container=podman', 'HOME=/root'],
      cwd: '/',
      rlimits: [{ type: 'RLIMIT_NOFILE', soft: 1024, hard: 1024 }],
      ...process,
    },
    root: { path: '/root' },
    hostname: 'shape',
    mounts: [dev(), ...FILES],
    annotations: {},
    ...parts,
  }
}

/** Bundles that need nothing of the host but its kernel. */
export const shapes: Readonly<Record<string, Shape>> = {
  'host network': shape({}),
  'network of its own': shape({ annotations: VNET }),
  terminal: shape({ process: { terminal: true, consoleSize: { height: 30, width: 90 } } }),
  'user and groups': shape({ process: { user: { uid: 1001, gid: 1002, umask: 7, additionalGids: [1003] } } }),
  devices: shape({ mounts: [dev('path full unhide mode 0660', 'path zero unhide mode 0600'), ...FILES] }),
  'every device': shape({
    mounts: [{ destination: '/dev', type: 'devfs', source: 'devfs', options: ['ruleset=0'] }, ...FILES],
    annotations: { 'io.podman.annotations.privileged': 'TRUE' },
  }),
  volumes: shape({ mounts: [dev(), volume('/data', 'rw'), volume('/kept', 'ro'), ...FILES] }),
  tmpfs: shape({
    mounts: [dev(), tmpfs('/t', 'size=65536', 'mode=1777'), tmpfs('/u', 'tmpcopyup'), ...FILES],
  }),
  'read-only root': shape({
    root: { path: '/root', readonly: true },
    mounts: [dev(), tmpfs('/tmp', 'mode=1777'), ...FILES],
  }),
  'jail parameters': shape({
    annotations: { 'org.freebsd.jail.allow.mlock': 'true', 'org.freebsd.jail.sysvshm': 'new' },
  }),
  'limit of processes': shape({ annotations: { 'org.jailwright.limits.maxproc': '50' } }),
  'image of Linux': shape({
    mounts: [
      { destination: '/proc', type: 'linprocfs', source: 'proc', options: ['nodev'] },
      { destination: '/sys', type: 'linsysfs', source: 'sysfs', options: ['nodev'] },
      dev('path shm unhide mode 1777'),
      tmpfs('/dev/shm'),
      ...FILES,
    ],
    annotations: VNET,
    linux: { namespaces: [{ type: 'pid' }, { type: 'network' }, { type: 'mount' }] },
  }),
}

/** Bundles with an interface on a bridge of the host, or an address of one of its interfaces. */
export const networked: Readonly<Record<string, Shape>> = {
  'interface on a bridge': shape({
    annotations: {
      ...VNET,
      'org.jailwright.net.0.bridge': 'bridge9',
      'org.jailwright.net.0.address': '10.9.0.2/24',
      'org.jailwright.net.0.gateway': '10.9.0.1',
    },
  }),
  'address of an interface': shape({
    annotations: { 'org.freebsd.jail.ip4.addr': '10.8.0.2', 'org.freebsd.jail.interface': 'lo0' },
  }),
}

const RECORDED = join(import.meta.dirname, '../../../shared/podman-freebsd/bundles')

/** Configs that podman has written on FreeBSD, by name; none where they are not beside this repository. */
export function recordedBundles(): Record<string, Shape> {
  if (!existsSync(RECORDED)) return {}
  const files = readdirSync(RECORDED).filter(name => name.endsWith('.json'))
  return Object.fromEntries(
    files.map(name => [
      `podman's ${basename(name, '.json')}`,
      JSON.parse(readFileSync(join(RECORDED, name), 'utf8')) as Shape,
    ]),
  )
}
