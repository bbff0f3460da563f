/** sysctl(3): oids with values, in the order of listings. Each part defines its own oids with `define`. */
import type { Json } from '../client.ts'
import { ALLOWED_BY_DEFAULT, params } from '../rules/jail/catalogue.ts'
import type { Jails } from './jails/table.ts'
import { type Caller, type Kernel, KernelError, text } from './kernel.ts'
import type { Klds } from './klds.ts'

/** One oid. */
export interface Oid {
  /** The value as `sysctl -n` prints it; undefined for a node and for an oid without a value. */
  get?: (caller: Caller) => string
  /** Changes the value; an oid without this function is read only. */
  set?: (caller: Caller, value: string) => void
  /** True for a value of each network stack, which root of a jail with a stack of its own may change (CTLFLAG_VNET). */
  vnet?: boolean
  /** True for a tunable of the boot loader, for which sysctl(8) has another message. */
  tunable?: boolean
  description?: string
}

/** The tree of sysctls. */
export class Sysctls {
  private readonly oids = new Map<string, Oid>()
  /** Functions that give the current oids of a subtree. */
  private readonly trees: (() => [string, Oid][])[] = []

  define(name: string, oid: Oid): void {
    this.oids.set(name, oid)
  }

  /** Defines a constant. */
  fixed(name: string, value: string | number, description?: string): void {
    this.define(name, { get: () => String(value), description })
  }

  /** Defines a value that root of the host may change. */
  variable(name: string, value: string | number, description?: string): void {
    let now = String(value)
    this.define(name, {
      get: () => now,
      set: (_, v) => {
        now = v
      },
      description,
    })
  }

  tree(make: () => [string, Oid][]): void {
    this.trees.push(make)
  }

  all(): Map<string, Oid> {
    return new Map([...this.oids, ...this.trees.flatMap(make => make())])
  }

  find(name: string): Oid | undefined {
    return this.oids.get(name) ?? this.all().get(name)
  }
}

/** `{ sec = S, usec = U } DATE` */
function bootTime(kernel: Kernel): string {
  const { sec, usec } = kernel.bootTime
  const [day, month, date, year, time] = new Date(sec * 1000)
    .toUTCString()
    .replace(',', '')
    .split(' ')
    .map((v, i, a) =>
      i === 1 ? (a[2] ?? '') : i === 2 ? (a[1] ?? '').padStart(2, ' ').replace(/^0/, ' ') : v,
    )
  return `{ sec = ${sec}, usec = ${usec} } ${day} ${month} ${date} ${time} ${year}`
}

function defineBase(kernel: Kernel, s: Sysctls, jails: Jails): void {
  const jail = (caller: Caller) => jails.table.get(caller.jid)
  const value = (name: string, host: string) => (caller: Caller) =>
    String(jail(caller)?.values.get(name) ?? host)
  s.fixed('kern.ostype', 'FreeBSD', 'Operating system type')
  s.define('kern.osrelease', {
    get: value('osrelease', '15.1-RELEASE-p1'),
    description: 'Operating system release',
  })
  s.fixed('kern.osrevision', 199506, 'Operating system revision')
  s.fixed('kern.version', 'FreeBSD 15.1-RELEASE-p1 GENERIC', 'Kernel version')
  s.fixed('kern.maxproc', 13_000, 'Maximum number of processes')
  s.fixed('kern.maxfiles', 64_872, 'Maximum number of files')
  s.variable('kern.maxfilesperproc', 58_383, 'Maximum files allowed open per process')
  s.fixed('kern.ngroups', 1023)
  s.define('kern.hostname', {
    get: caller => String(jail(caller)?.values.get('host.hostname') ?? kernel.options.hostname),
    set: (caller, v) => {
      kernel.call(caller, 'sethostname', v)
    },
    description: 'Hostname',
  })
  s.variable('kern.hostuuid', '4c4c4544-0042-4b10-8051-c4c04f503132', 'Host UUID')
  s.variable('kern.hostid', 1_234_567_890, 'Host ID')
  s.define('kern.securelevel', {
    get: value('securelevel', '-1'),
    description: 'Current secure level',
  })
  s.define('kern.boottime', { get: () => bootTime(kernel), description: 'Estimated system boottime' })
  s.define('kern.osreldate', { get: value('osreldate', '1501000'), description: 'Kernel release date' })
  s.fixed('kern.bootfile', '/boot/kernel/kernel')
  s.variable('kern.module_path', '/boot/kernel;/boot/modules;/boot/dtb;/boot/overlays')
  s.fixed('kern.ident', 'GENERIC', 'Kernel identifier')
  s.fixed('kern.smp.cpus', navigator.hardwareConcurrency, 'Number of CPUs online')
  s.define('kern.racct.enable', {
    get: () => (kernel.options.racct ? '1' : '0'),
    tunable: true,
    description: 'Enable RACCT/RCTL',
  })
  s.fixed('kern.features.vimage', 1)
  s.fixed('kern.features.racct', 1)
  s.fixed('kern.features.rctl', 1)
  s.variable('kern.chroot_allow_open_directories', 1)
  s.fixed('kern.elf64.fallback_brand', -1)
  s.variable('vfs.usermount', 0, 'Unprivileged users may mount and unmount file systems')
  s.fixed('vfs.devfs.rule_depth', 1, 'Max depth of ruleset include')
  s.fixed('hw.machine', process.arch === 'arm64' ? 'arm64' : 'amd64', 'System/machine class')
  s.fixed('hw.machine_arch', process.arch === 'arm64' ? 'aarch64' : 'amd64', 'System architecture')
  s.fixed('hw.model', 'Simulated processor')
  s.fixed('hw.ncpu', navigator.hardwareConcurrency, 'Number of active CPUs')
  s.fixed('hw.pagesize', 4096)
  s.fixed('hw.physmem', 4_253_323_264)
  s.define('security.jail.children.cur', { get: c => String(jails.below(c.jid).length) })
  s.define('security.jail.children.max', { get: value('children.max', '999999') })
  s.fixed('security.jail.meta_maxbufsize', 4096)
  s.variable('security.jail.jail_max_af_ips', 255)
  s.define('security.jail.env', { get: c => String(jail(c)?.values.get('env') ?? '') })
  s.define('security.jail.enforce_statfs', { get: value('enforce_statfs', '0') })
  s.define('security.jail.devfs_ruleset', { get: value('devfs_ruleset', '0') })
  s.define('security.jail.vnet', { get: c => (jail(c) !== undefined && jail(c)?.vnet !== 0 ? '1' : '0') })
  s.define('security.jail.jailed', { get: c => (c.jid === 0 ? '0' : '1') })
  // These deprecated oids tell a jail its permissions, and on the host the defaults of jail(8)'s old command line.
  for (const [sysctl, name, reversed] of [
    ['set_hostname_allowed', 'allow.set_hostname', false],
    ['socket_unixiproute_only', 'allow.socket_af', true],
    ['sysvipc_allowed', 'allow.sysvipc', false],
    ['allow_raw_sockets', 'allow.raw_sockets', false],
    ['chflags_allowed', 'allow.chflags', false],
    ['mount_allowed', 'allow.mount', false],
  ] as const)
    s.define(`security.jail.${sysctl}`, {
      get: c => {
        const allowed = c.jid === 0 ? ALLOWED_BY_DEFAULT.has(name) : jail(c)?.values.get(name) === true
        return allowed === reversed ? '0' : '1'
      },
    })
  s.variable('security.bsd.see_other_uids', 1)
  s.variable('security.bsd.see_jail_proc', 1)
  s.variable('security.bsd.unprivileged_proc_debug', 1)
}

/** security.jail.param.*: the catalogue of parameters, without the values of any jail. */
function paramOids(klds: Klds): [string, Oid][] {
  return params(klds).map(p => [
    `security.jail.param.${p.name}`,
    {
      get: p.type === 'node' ? undefined : () => String(p.size ?? 0),
      description: p.description,
    },
  ])
}

/** Registers the calls about sysctls, and gives the tree. */
export function install(kernel: Kernel, jails: Jails, klds: Klds): Sysctls {
  const sysctls = new Sysctls()
  defineBase(kernel, sysctls, jails)
  sysctls.tree(() => paramOids(klds))
  kernel.register('sysctl', (caller, name) => sysctls.find(text(name))?.get?.(caller) ?? null)
  kernel.register('sysctlExists', (_, name) => {
    const wanted = text(name)
    if (sysctls.find(wanted) !== undefined) return true
    return [...sysctls.all().keys()].some(oid => oid.startsWith(`${wanted}.`))
  })
  kernel.register('sysctlSet', (caller, name, value) => {
    const oid = sysctls.find(text(name))
    if (oid === undefined) throw new KernelError('ENOENT')
    if (oid.tunable === true) throw new KernelError('EPERM', 'tunable')
    if (oid.set === undefined) throw new KernelError('EPERM', 'read only')
    if (caller.uid !== 0) throw new KernelError('EPERM')
    const ownStack = oid.vnet === true && jails.table.get(caller.jid)?.vnet === caller.jid
    if (caller.jid !== 0 && text(name) !== 'kern.hostname' && !ownStack) throw new KernelError('EPERM')
    oid.set(caller, text(value))
    return null
  })
  // Gives all oids at or below a name, in order, as [name, value or null, description].
  kernel.register('sysctlTree', (caller, prefix) => {
    const at = text(prefix)
    const list: Json[] = []
    for (const [name, oid] of sysctls.all())
      if (at === '' || name === at || name.startsWith(`${at}.`))
        list.push([name, oid.get?.(caller) ?? null, oid.description ?? ''])
    return list
  })
  return sysctls
}
