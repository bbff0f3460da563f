/** The catalogue of jail parameters, in the order of `sysctl -N security.jail.param`. */

/** What the catalogue asks about the modules of the kernel. */
export interface Modules {
  /** Whether a module of that name is in the kernel or loaded. */
  has(name: string): boolean
  /** Loads the module when it exists; true when it is loaded. */
  want(name: string): boolean
}

type ParamType = 'int' | 'ulong' | 'string' | 'bool' | 'jailsys' | 'ip4' | 'ip6' | 'node' | 'keyed'

/** A jail parameter of the catalogue (security.jail.param). */
export interface Param {
  name: string
  type: ParamType
  /** For a string the size with the NUL, as the sysctl shows it. */
  size?: number
  description: string
  /** True when no user can set the parameter. */
  readOnly?: boolean
  /** True when the parameter cannot change after the jail is made. */
  fixed?: boolean
}

const node = (name: string): Param => ({ name, type: 'node', description: '' })
const bool = (name: string, description: string): Param => ({ name, type: 'bool', description })
const sys = (name: string, description: string): Param => ({ name, type: 'jailsys', description })
const int = (name: string, description: string): Param => ({ name, type: 'int', description })
const string = (name: string, size: number, description: string): Param => ({
  name,
  type: 'string',
  size,
  description,
})

/** allow.* that are on by default. */
export const ALLOWED_BY_DEFAULT = new Set([
  'allow.set_hostname',
  'allow.reserved_ports',
  'allow.unprivileged_proc_debug',
  'allow.suser',
])
/** allow.* that a jail may have although its parent lacks them. */
export const ALLOW_FREELY = new Set(['allow.unprivileged_proc_debug', 'allow.unprivileged_parent_tampering'])

const BASE: readonly Param[] = [
  node('mac'),
  sys('sysvshm', 'SYSV shared memory'),
  node('sysvshm.'),
  sys('sysvsem', 'SYSV semaphores'),
  node('sysvsem.'),
  sys('sysvmsg', 'SYSV message queues'),
  node('sysvmsg.'),
  { name: 'env', type: 'keyed', size: 4096, description: 'Jail environment metadata' },
  { name: 'meta', type: 'keyed', size: 4096, description: 'Jail meta information hidden from the jail' },
  node('allow'),
  bool('allow.mount', 'Jail may mount/unmount jail-friendly file systems in general'),
  bool('allow.mount.p9fs', 'Jail may mount the p9fs file system'),
  bool('allow.mount.tmpfs', 'Jail may mount the tmpfs file system'),
  bool('allow.mount.procfs', 'Jail may mount the procfs file system'),
  bool('allow.mount.devfs', 'Jail may mount the devfs file system'),
  node('allow.mount.'),
  bool('allow.setaudit', 'Jail may set and get audit session state'),
  bool('allow.routing', 'Jail may modify routing table'),
  bool('allow.settime', 'Jail may set system time'),
  bool('allow.adjtime', 'Jail may adjust system time'),
  bool('allow.extattr', 'Jail may set system-level filesystem extended attributes'),
  bool('allow.nfsd', 'Mountd/nfsd may run in the jail'),
  bool('allow.suser', 'Processes in jail with uid 0 have privilege'),
  bool(
    'allow.unprivileged_parent_tampering',
    'Unprivileged parent jail processes may tamper with same-uid processes (signal/debug/cpuset)',
  ),
  bool('allow.unprivileged_proc_debug', 'Unprivileged processes may use process debugging facilities'),
  bool('allow.read_msgbuf', 'Jail may read the kernel message buffer'),
  bool('allow.reserved_ports', 'Jail may bind sockets to reserved ports'),
  bool('allow.mlock', 'Jail may lock (unlock) physical pages in memory'),
  bool('allow.socket_af', 'Jail may create sockets other than just UNIX/IPv4/IPv6/route'),
  bool('allow.quotas', 'Jail may set file quotas'),
  bool('allow.chflags', 'Jail may alter system file flags'),
  bool('allow.raw_sockets', 'Jail may create raw sockets'),
  bool('allow.sysvipc', 'Jail may use SYSV IPC'),
  bool('allow.set_hostname', 'Jail may set hostname'),
  { ...sys('ip6', 'Jail IPv6 address virtualization'), fixed: true },
  bool(
    'ip6.saddrsel',
    'Do (not) use IPv6 source address selection rather than the primary jail IPv6 address.',
  ),
  { name: 'ip6.addr', type: 'ip6', size: 16, description: 'Jail IPv6 addresses' },
  node('ip6.'),
  { ...sys('ip4', 'Jail IPv4 address virtualization'), fixed: true },
  bool(
    'ip4.saddrsel',
    'Do (not) use IPv4 source address selection rather than the primary jail IPv4 address.',
  ),
  { name: 'ip4.addr', type: 'ip4', size: 4, description: 'Jail IPv4 addresses' },
  node('ip4.'),
  node('cpuset'),
  { ...int('cpuset.id', 'Jail cpuset ID'), readOnly: true },
  sys('host', 'Jail host info'),
  { name: 'host.hostid', type: 'ulong', description: 'Jail host ID' },
  string('host.hostuuid', 64, 'Jail host UUID'),
  string('host.domainname', 256, 'Jail NIS domainname'),
  string('host.hostname', 256, 'Jail hostname'),
  node('host.'),
  node('children'),
  int('children.max', 'Maximum number of child jails'),
  { ...int('children.cur', 'Current number of child jails'), readOnly: true },
  { ...bool('dying', 'Jail is in the process of shutting down'), readOnly: true },
  { ...sys('vnet', 'Virtual network stack'), fixed: true },
  bool('persist', 'Jail persistence'),
  int('devfs_ruleset', 'Ruleset for in-jail devfs mounts'),
  int('enforce_statfs', 'Jail cannot see all mounted file systems'),
  { ...string('osrelease', 32, 'Jail value for kern.osrelease and uname -r'), fixed: true },
  { ...int('osreldate', 'Jail value for kern.osreldate and uname -K'), fixed: true },
  int('securelevel', 'Jail secure level'),
  { ...string('path', 1024, 'Jail root path'), fixed: true },
  string('name', 256, 'Jail name'),
  { ...int('parent', 'Jail parent ID'), readOnly: true },
  { ...int('jid', 'Jail ID'), fixed: true },
]

/** Parameters that exist only with a module, by the name of the module. */
const BY_MODULE: Record<string, Param[]> = {
  ...Object.fromEntries(
    ['nullfs', 'fdescfs', 'linprocfs', 'linsysfs', 'fusefs', 'zfs'].map(fs => [
      fs,
      [bool(`allow.mount.${fs}`, `Jail may mount the ${fs} file system`)],
    ]),
  ),
  vmm: [
    bool('allow.vmm_ppt', 'Allow use of vmm with ppt devices in jail'),
    bool('allow.vmm', 'Allow use of vmm in a jail.'),
  ],
  linux_common: [
    sys('linux', 'Jail Linux parameters'),
    node('linux.'),
    string('linux.osname', 65, 'Jail Linux kernel OS name'),
    string('linux.osrelease', 65, 'Jail Linux kernel OS release'),
    int('linux.oss_version', 'Jail Linux OSS version'),
  ],
  mac_do: [sys('mac.do', 'Jail MAC/do parameters'), string('mac.do.rules', 1024, 'Jail MAC/do rules')],
}
BY_MODULE.zfs?.push(
  sys('zfs', 'Jail ZFS parameters'),
  int('zfs.mount_snapshot', 'Allow mounting snapshots in the .zfs directory for unjailed datasets'),
)

/** Every parameter the kernel knows now. */
export function params(modules: Modules): Param[] {
  const extra = Object.entries(BY_MODULE).flatMap(([module, list]) => (modules.has(module) ? list : []))
  const first = (p: Param) => !p.name.startsWith('allow.')
  const list = [...extra.filter(first), ...BASE]
  const mount = extra.filter(p => p.name.startsWith('allow.mount.'))
  const allow = extra.filter(p => p.name.startsWith('allow.') && !p.name.startsWith('allow.mount.'))
  list.splice(list.findIndex(p => p.name === 'allow.mount') + 1, 0, ...mount)
  list.splice(list.findIndex(p => p.name === 'allow') + 1, 0, ...allow)
  return list
}

/** The parameter of that name; `meta.x` and `env.x` are keys of keyed parameters. */
export function findParam(modules: Modules, name: string): Param | undefined {
  const exact = params(modules).find(p => p.name === name && !(p.type === 'node' && p.name.endsWith('.')))
  if (exact !== undefined) return exact
  const keyed = /^(meta|env)\./.test(name)
  return keyed ? { name, type: 'keyed', size: 4096, description: '' } : undefined
}

/**
 * libjail's lookup of a parameter. When the kernel does not know it, libjail loads its module (file systems below
 * allow.mount, linux, sysv*, zfs) and asks again.
 */
export function lookUp(modules: Modules, name: string, mayLoad: boolean): Param | undefined {
  const found = findParam(modules, name)
  if (found !== undefined || !mayLoad) return found
  const module = /^allow\.mount\.(?:no)?([a-z0-9]+)$/.exec(name)?.[1] ?? /^(linux)(?:\.|$)/.exec(name)?.[1]
  if (module === undefined || module === 'zfs') return undefined
  modules.want(module === 'linux' ? 'linux64' : module)
  return findParam(modules, name)
}

/** The `no` form of a parameter's name. */
export function negated(name: string): string {
  const dot = name.lastIndexOf('.')
  return `${name.slice(0, dot + 1)}no${name.slice(dot + 1)}`
}
