/**
 * The host under the runtime: a FreeBSD (real or simulated: the same tools, called by name) or a plain Linux, where
 * runc and crun run. Nothing else in the harness asks which one it is.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import type { CommandAnswer } from '../run/command.ts'
import type { Json, JsonObject } from '../types.ts'
import { readProcesses, readSections, type Snapshot, sectionsScript, wordsOf } from './snapshot.ts'

/** Runs a tool of the host by name. */
export type ToolRunner = (name: string, ...args: string[]) => Promise<CommandAnswer>

/** What the harness has to know of a host. */
export interface Platform {
  kind: 'jails' | 'linux'
  /** For people: `FreeBSD`, `simulated FreeBSD` or `Linux`. */
  name: string
  /** Type of a mount of a directory or file of the host: `nullfs` or `bind`. */
  bindType: string
  /** The config that cases change; paths as placeholders. */
  baseConfig: JsonObject
  /** Looks at the host with as few commands as possible. Throws when a tool does not end. */
  snapshot(tool: ToolRunner): Promise<Snapshot>
}

const environment: Json = [
  'PATH=/sbin:/bin:/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin',
  'HOME=/root',
  'TERM=dumb',
]

const common: JsonObject = {
  ociVersion: '1.0.2',
  process: {
    terminal: false,
    user: { uid: 0, gid: 0 },
    args: ['/bin/sh', '-c', 'exit 0'],
    env: environment,
    cwd: '/',
  },
  root: { path: '%{root}' },
  hostname: 'conformance',
}

/** Capabilities that podman gives root in a container; the cases mean a root who has them. */
const capabilities: Json = [
  'CAP_CHOWN',
  'CAP_DAC_OVERRIDE',
  'CAP_FSETID',
  'CAP_FOWNER',
  'CAP_SETGID',
  'CAP_SETUID',
  'CAP_SETPCAP',
  'CAP_NET_BIND_SERVICE',
  'CAP_SYS_CHROOT',
  'CAP_KILL',
]

/** The config that `runc spec` writes, without what needs a whole machine (sysfs, cgroup, mqueue). */
const linuxConfig: JsonObject = {
  ...common,
  process: {
    ...(common.process as JsonObject),
    capabilities: {
      bounding: capabilities,
      effective: capabilities,
      permitted: capabilities,
    },
  },
  mounts: [
    { destination: '/proc', type: 'proc', source: 'proc' },
    {
      destination: '/dev',
      type: 'tmpfs',
      source: 'tmpfs',
      options: ['nosuid', 'strictatime', 'mode=755', 'size=65536k'],
    },
    {
      destination: '/dev/pts',
      type: 'devpts',
      source: 'devpts',
      options: ['nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620'],
    },
  ],
  linux: {
    namespaces: [{ type: 'pid' }, { type: 'network' }, { type: 'ipc' }, { type: 'uts' }, { type: 'mount' }],
  },
}

/** The config that podman writes on FreeBSD. */
const jailConfig: JsonObject = {
  ...common,
  mounts: [
    { destination: '/dev', type: 'devfs', source: 'devfs', options: ['ruleset=4'] },
    { destination: '/dev/fd', type: 'fdescfs', source: 'fdesc' },
  ],
}

/** A path of /proc/self/mountinfo with its octal escapes resolved. */
function unescapeMount(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_all, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  )
}

const processList = 'ps -axww -o pid= -o stat= -o args='

const linux: Platform = {
  kind: 'linux',
  name: 'Linux',
  bindType: 'bind',
  baseConfig: linuxConfig,
  async snapshot(tool) {
    const [name = '', ...args] = processList.split(' ')
    return {
      mounts: readFileSync('/proc/self/mountinfo', 'utf8')
        .split('\n')
        .map(line => unescapeMount(line.split(' ')[4] ?? ''))
        .filter(path => path !== ''),
      jails: [],
      processes: readProcesses((await tool(name, ...args)).stdout),
      objects: readdirSync('/sys/class/net').map(link => `interface ${link}`),
    }
  },
}

/** False once rctl(8) has said that the kernel counts no resources, which cannot change until the next boot. */
let countsResources = true

const jails: Platform = {
  kind: 'jails',
  name: process.platform === 'freebsd' ? 'FreeBSD' : 'simulated FreeBSD',
  bindType: 'nullfs',
  baseConfig: jailConfig,
  async snapshot(tool) {
    const token = `@${process.pid}@`
    const script = sectionsScript({
      // Runtimes mount with MNT_IGNORE, which only -v shows.
      mounts: 'mount -v',
      jails: 'jls name',
      processes: processList,
      links: 'ifconfig -l',
      sets: 'devfs rule showsets',
      // Without the device zpool(8) would load the module.
      pools: 'test -c /dev/zfs && zpool list -H -o name',
      ...(countsResources ? { rules: 'rctl || echo "$1 uncounted"' } : {}),
    })
    const sections = readSections((await tool('/bin/sh', '-c', script, 'sh', token)).stdout, token)
    if (sections.has('uncounted')) countsResources = false
    const words = (name: string) => wordsOf(sections.get(name) ?? '')
    return {
      mounts: (sections.get('mounts') ?? '')
        .split('\n')
        .map(line => / on (\/.*) \([^()]*\)$/.exec(line)?.[1])
        .filter(path => path !== undefined),
      jails: words('jails'),
      processes: readProcesses(sections.get('processes') ?? ''),
      objects: [
        ...words('links').map(name => `interface ${name}`),
        ...words('sets').map(name => `devfs ruleset ${name}`),
        ...words('pools').map(name => `pool ${name}`),
        ...words('rules').map(rule => `rctl rule ${rule}`),
      ],
    }
  },
}

/** The host under this process: a FreeBSD by the name of its system, a simulated one by its jls(8), else a Linux. */
export function detectPlatform(): Platform {
  if (process.platform === 'freebsd') return jails
  return existsSync('/usr/sbin/jls') ? jails : linux
}
