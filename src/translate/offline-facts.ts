/** Fixed facts about a FreeBSD 15.1-RELEASE with a GENERIC kernel, for tests and for `plan` on other systems. */
import { hasOwn } from '../es2020.ts'

import type { MountEntry } from '../host/types.ts'
import type { HostFacts } from './core/plan.ts'
import { freebsdNames } from './devices/linux-names.ts'
import { isPattern } from './devices/requests.ts'
import { FREEBSD_15_PARAMS } from './jail/parameters.ts'

type Kind = ReturnType<HostFacts['pathKind']>
type Owner = ReturnType<HostFacts['pathOwner']>

/** Facts that a caller can replace. */
export interface FactOverrides {
  /** Parameters by name; undefined takes one away. */
  jailParams?: Readonly<Record<string, string | undefined>>
  sysctls?: Readonly<Record<string, string | undefined>>
  /** Kinds of paths; undefined for a path that does not exist. The kinds of other paths are guessed from their names. */
  paths?: Readonly<Record<string, Kind>>
  owners?: Readonly<Record<string, Owner>>
  links?: Readonly<Record<string, string>>
  /** Rules of rulesets besides 1 to 5. */
  rulesets?: Readonly<Record<number, readonly string[]>>
  modules?: Readonly<Record<string, boolean>>
  /** Parameters of jails by name. Without `jails` every jail exists, with room for one child. */
  jails?: Readonly<Record<string, Readonly<Record<string, string>> | undefined>>
  addresses?: Readonly<Record<string, readonly string[]>>
  /** Addresses by interface in jails with a stack of their own. */
  jailAddresses?: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>
  bridges?: Readonly<Record<string, { mtu: number; members: number }>>
  /** MAC and IP addresses by bridge, each with its owner. */
  onBridge?: Readonly<Record<string, Readonly<Record<string, string>>>>
  /** The property `jailed` of ZFS file systems by name, or `volume`; no other dataset exists. */
  datasets?: Readonly<Record<string, 'on' | 'off' | 'volume'>>
  /** The mount table; none without it, as where there is no FreeBSD to ask. */
  mounts?: readonly MountEntry[]
  memory?: bigint
}

/** Devices of a machine without special hardware: mode and group (0 unless given) by name. */
const NODES: Readonly<Record<string, readonly [mode: number, gid?: number]>> = {
  bpf: [0o600],
  bpf0: [0o600],
  console: [0o600],
  crypto: [0o666],
  cuau0: [0o660, 68],
  full: [0o666],
  io: [0o600],
  klog: [0o600],
  kmem: [0o640, 2],
  mem: [0o640, 2],
  null: [0o666],
  pci: [0o644],
  pts: [0o555],
  ptmx: [0o666],
  random: [0o644],
  tty: [0o666],
  ttyu0: [0o600],
  ttyv0: [0o600],
  urandom: [0o644],
  usbctl: [0o644],
  zero: [0o666],
}
const DIRECTORIES = new Set([
  '/dev',
  '/dev/pts',
  '/dev/fd',
  '/dev/usb',
  '/dev/input',
  '/dev/reroot',
  '/dev/shm',
])
const LINKS: Readonly<Record<string, string>> = { bpf0: 'bpf', stderr: 'fd/2', stdin: 'fd/0', stdout: 'fd/1' }
const SYSCTLS: Readonly<Record<string, string>> = {
  'hw.physmem': '4294967296',
  'kern.osreldate': '1501000',
  'kern.racct.enable': '0',
  'kern.securelevel': '-1',
  'net.fibs': '1',
  'security.jail.jailed': '0',
}
/** Modules that are built into GENERIC; any other may or may not be loaded. */
const BUILT_IN = new Set(['tmpfs', 'procfs', 'devfs', 'ufs', 'bpf', 'if_tuntap', 'tun'])
/** Jail parameters of modules that a stock system does not load. */
const NOT_LOADED =
  /^(linux|zfs|mac\.do|allow\.vmm|allow\.mount\.(nullfs|fdescfs|zfs|fusefs|linprocfs|linsysfs)$)/

/** Names of the files that container managers mount into a container. */
const FILE_NAMES =
  /^(hosts|hostname|resolv\.conf|\.containerenv|passwd|group|localtime|catatonit|file|s1)$|\.[a-z0-9]{1,5}$/

function guessKind(path: string): Kind {
  if (path.startsWith('/dev/')) {
    if (DIRECTORIES.has(path)) return 'dir'
    return hasOwn(NODES, path.slice(5)) || hasOwn(LINKS, path.slice(5)) ? 'device' : undefined
  }
  if (/\.sock$|\.socket$/.test(path)) return 'socket'
  return FILE_NAMES.test(path.slice(path.lastIndexOf('/') + 1)) ? 'file' : 'dir'
}

function parameterType(name: string): string | undefined {
  return hasOwn(FREEBSD_15_PARAMS, name) ? FREEBSD_15_PARAMS[name] : undefined
}

/** The facts, with those of `overrides` in place of the fixed ones. */
export function fixedFacts(overrides: FactOverrides = {}): HostFacts {
  const own = <T>(map: Readonly<Record<string, T>> | undefined, key: string, otherwise: () => T): T =>
    map && hasOwn(map, key) ? (map[key] as T) : otherwise()
  return {
    jailParam: name =>
      own(overrides.jailParams, name, () => (NOT_LOADED.test(name) ? undefined : parameterType(name))),
    sysctl: name => own(overrides.sysctls, name, () => SYSCTLS[name]),
    pathKind: path => own(overrides.paths, path, () => guessKind(path)),
    pathOwner: path =>
      own(overrides.owners, path, () => {
        const name = path.startsWith('/dev/') ? path.slice(5) : ''
        const node = hasOwn(NODES, name) ? NODES[name] : undefined
        return node && { uid: 0, gid: node[1] ?? 0, mode: node[0] }
      }),
    devLinks: () => new Map(Object.entries({ ...LINKS, ...overrides.links })),
    rulesetExists: number => (number >= 1 && number <= 5) || (overrides.rulesets?.[number]?.length ?? 0) > 0,
    rulesets: () => [1, 2, 3, 4, 5, ...Object.keys(overrides.rulesets ?? {}).map(Number)],
    rulesetRules: number => overrides.rulesets?.[number] ?? [],
    moduleLoaded: name =>
      own<boolean | undefined>(overrides.modules, name, () => BUILT_IN.has(name) || undefined),
    jail: name => {
      const stock = { 'children.max': '0', vnet: 'new', enforce_statfs: '1' }
      return overrides.jails ? overrides.jails[name] : stock
    },
    interfaceAddresses(jail) {
      const given = jail === undefined ? overrides.addresses : overrides.jailAddresses?.[jail]
      return new Map(Object.entries(given ?? { lo0: ['127.0.0.1', '::1'] }))
    },
    bridge: name =>
      own<{ mtu: number; members: number } | undefined>(overrides.bridges, name, () => undefined),
    datasetJailed: name =>
      overrides.datasets && own<'on' | 'off' | 'volume' | 'none'>(overrides.datasets, name, () => 'none'),
    addressesOnBridge: bridge => new Map(Object.entries(overrides.onBridge?.[bridge] ?? {})),
    physicalMemory: () => overrides.memory ?? 4_294_967_296n,
    ...(overrides.mounts && { mounts: () => overrides.mounts! }),
  }
}

/** Directories of /dev that only some machines have. */
const OTHER_DIRECTORIES = /^\/dev\/(dri|drm|vmm|vmm\.io|zvol|mapper|net|snd)$/

/**
 * Facts for `plan` on a machine without FreeBSD, where nothing can be found out: every device that a config names is assumed
 * to exist, every module to be loaded and accounting to be on. `create` on the real host refuses what is missing.
 */
export function offlineFacts(overrides: FactOverrides = {}): HostFacts {
  const base = fixedFacts({ ...overrides, sysctls: { 'kern.racct.enable': '1', ...overrides.sysctls } })
  return {
    ...base,
    jailParam: parameterType,
    // The parent is assumed to exist; its parameters are unknown.
    jail: name => (overrides.jails ? base.jail(name) : {}),
    pathKind(path) {
      const kind = base.pathKind(path)
      if (kind !== undefined || !path.startsWith('/dev/')) return kind
      if (OTHER_DIRECTORIES.test(path)) return 'dir'
      const name = path.slice('/dev/'.length)
      // Names of Linux must not count as devices of the host, so that they are still translated.
      const [first, ...others] = freebsdNames(name, () => false)
      return first === name && others.length === 0 && !isPattern(name) ? 'device' : undefined
    },
  }
}
