/** Jail parameters of FreeBSD 15.1's kernel (jail(8), sysctl security.jail.param), and jail(8)'s own, which are refused. */
import { encode } from '../../bytes.ts'
import { hasOwn } from '../../es2020.ts'
import { isNearMiss, plain } from '../../near-miss.ts'

/** The kinds of values, as libjail knows them. */
export type ParamType = 'bool' | 'jailsys' | 'int' | 'ulong' | 'string' | 'ip4' | 'ip6'

const bools = (prefix: string, names: string): Record<string, ParamType> =>
  Object.fromEntries(names.split(' ').map(name => [`${prefix}${name}`, 'bool' as const]))

/**
 * Types of FreeBSD 15.1's parameters by name, with those of modules that GENERIC lacks. Read-only ones are in READ_ONLY.
 */
export const FREEBSD_15_PARAMS: Readonly<Record<string, ParamType>> = {
  persist: 'bool',
  vnet: 'jailsys',
  ip4: 'jailsys',
  'ip4.addr': 'ip4',
  'ip4.saddrsel': 'bool',
  ip6: 'jailsys',
  'ip6.addr': 'ip6',
  'ip6.saddrsel': 'bool',
  host: 'jailsys',
  'host.hostname': 'string',
  'host.domainname': 'string',
  'host.hostuuid': 'string',
  'host.hostid': 'ulong',
  securelevel: 'int',
  enforce_statfs: 'int',
  devfs_ruleset: 'int',
  'children.max': 'int',
  osrelease: 'string',
  osreldate: 'int',
  sysvmsg: 'jailsys',
  sysvsem: 'jailsys',
  sysvshm: 'jailsys',
  linux: 'jailsys',
  'linux.osname': 'string',
  'linux.osrelease': 'string',
  'linux.oss_version': 'int',
  'zfs.mount_snapshot': 'bool',
  'mac.do.rules': 'string',
  meta: 'string',
  env: 'string',
  ...bools(
    'allow.',
    'set_hostname reserved_ports unprivileged_proc_debug suser sysvipc raw_sockets chflags quotas socket_af mlock read_msgbuf mount vmm vmm_ppt nfsd extattr adjtime settime routing setaudit unprivileged_parent_tampering',
  ),
  ...bools('allow.mount.', 'devfs fdescfs nullfs procfs tmpfs zfs fusefs linprocfs linsysfs p9fs'),
}

/** True for a parameter that is only on or off. `true` is text in any other one, as in a hostname or in `env.DEBUG`. */
export function isFlag(name: string): boolean {
  return FREEBSD_15_PARAMS[name] === 'bool' || name.startsWith('allow.')
}

/**
 * Parameters of modules that jail(8) loads when it meets the parameter's name (lib/libjail/jail.c, kldload_param). A kernel
 * that does not have them yet is no reason to refuse them.
 */
export const LOADED_BY_NAME: ReadonlySet<string> = new Set([
  'linux',
  'linux.osname',
  'linux.osrelease',
  'linux.oss_version',
  'sysvmsg',
  'sysvsem',
  'sysvshm',
  ...'devfs fdescfs nullfs procfs tmpfs zfs fusefs linprocfs linsysfs'
    .split(' ')
    .map(type => `allow.mount.${type}`),
])

/** Parameters that jail_set(2) does not take. */
export const READ_ONLY: ReadonlySet<string> = new Set(['parent', 'dying', 'children.cur', 'cpuset.id'])

/** Pseudo-parameters with commands of jail(8) (usr.sbin/jail/config.c, intparams). */
export const COMMANDS: readonly string[] = [
  'command',
  ...'prepare prestart created start poststart prestop stop poststop release'
    .split(' ')
    .map(name => `exec.${name}`),
]

/** Pseudo-parameters about what jail(8) mounts. */
export const MOUNTING: readonly string[] = [
  'mount',
  'mount.devfs',
  'mount.fdescfs',
  'mount.procfs',
  'mount.fstab',
]

/** Why an annotation `org.freebsd.jail.<name>` is refused; undefined when it is not. */
export function refusal(name: string): string | undefined {
  if (['path', 'name', 'jid', 'persist', 'nopersist'].includes(name)) return `the runtime sets ${name} itself`
  if (name === 'exec.fib') return undefined
  if (
    name === 'exec.clean' ||
    name === 'exec.timeout' ||
    /^exec\.(system_)?jail_user$|^exec\.system_user$/.test(name)
  )
    return 'it is about the commands of exec.*; process has the environment and the user'
  if (name === 'exec.consolelog') return 'the output of the program goes to the caller'
  if (COMMANDS.includes(name)) return 'it names a command that jail(8) runs; use hooks'
  if (MOUNTING.includes(name)) return 'it says what jail(8) mounts; use mounts'
  if (name === 'depend') return 'there is no jail.conf(5) whose jails it could name'
  if (name === 'stop.timeout') return 'it belongs to jail -r'
  if (name === 'ip_hostname') return 'addresses are given, not looked up'
  if (name === 'zfs.dataset') return 'use the annotation org.jailwright.zfs.datasets'
  if (name === 'allow.dying') return 'it has no effect'
  if (name === 'parent') return 'use the annotation org.freebsd.parentJail'
  if (READ_ONLY.has(name)) return 'it can only be read'
  return undefined
}

/**
 * The positive form of a negated name: `allow.noX` gives `allow.X`, `nopersist` gives `persist`; undefined for a name that
 * is no negation. A name is a negation only where no parameter has the name itself and the positive form is a boolean
 * (lib/libjail/jail.c, jailparam_type and nononame).
 */
export function positiveName(name: string): string | undefined {
  const match = /^(.*\.)?no([^.]+)$/.exec(name)
  return match ? `${match[1] ?? ''}${match[2]}` : undefined
}

/**
 * Reads a boolean as ocijail and jail(8) do; undefined for any other text. An empty text is true, as `allow.mlock` alone.
 * The case of letters does not count (jailparam_import_enum in lib/libjail/jail.c).
 */
export function parseBool(text: string): boolean | undefined {
  const word = text.toLowerCase()
  if (word === 'true' || word === '1' || word === '') return true
  if (word === 'false' || word === '0') return false
  return undefined
}

/**
 * The parameter of FreeBSD that an unknown name was meant for, such as allow.mlock for allow_mlock, or enforce_statfs for
 * enforceStatfs; undefined when none is near, and for a name of FreeBSD's own.
 */
export function meantParameter(name: string): string | undefined {
  if (hasOwn(FREEBSD_15_PARAMS, name)) return undefined
  const letters = plain(name)
  const known = Object.keys(FREEBSD_15_PARAMS)
  return (
    known.find(each => plain(each) === letters) ??
    known.find(each => letters.length > 4 && isNearMiss(letters, plain(each)))
  )
}

/** Checks a value of this type; undefined when it is valid, else a text that says which values are. */
export function checkValue(name: string, type: ParamType, value: string): string | undefined {
  if (/[\0\n]/.test(value)) return 'one line without NUL'
  const range = (low: number, high: number) =>
    /^-?[0-9]{1,10}$/.test(value) && Number(value) >= low && Number(value) <= high
      ? undefined
      : `a number from ${low} to ${high}`
  switch (type) {
    case 'bool':
      return parseBool(value) === undefined ? 'true, false, 1 or 0' : undefined
    case 'jailsys': {
      // vnet, host and linux cannot be disabled (jail(8)).
      const modes = ['vnet', 'host', 'linux'].includes(name)
        ? ['new', 'inherit']
        : ['disable', 'new', 'inherit']
      return modes.includes(value) ? undefined : modes.join(', ')
    }
    case 'int':
      if (name === 'enforce_statfs') return range(0, 2)
      if (name === 'devfs_ruleset') return range(0, 65_535)
      if (name === 'securelevel') return range(-1, 3)
      // children.max must be less than the parent's, and the host's is 999999.
      if (name === 'children.max') return range(0, 999_998)
      if (name === 'osreldate') return range(1, 2_147_483_647)
      return range(-2_147_483_648, 2_147_483_647)
    case 'ulong':
      return /^[0-9]{1,20}$/.test(value) && BigInt(value) < 1n << 64n
        ? undefined
        : 'a number from 0 to 18446744073709551615'
    case 'string':
      return checkString(name, value)
    default:
      return undefined
  }
}

function checkString(name: string, value: string): string | undefined {
  const upTo = (bytes: number) => (encode(value).length <= bytes ? undefined : `at most ${bytes} bytes`)
  // The kernel's limit of 31 bytes counts the NUL (sys/kern/kern_jail.c, kern_jail_set: OSRELEASELEN).
  if (name === 'osrelease') return value === '' ? 'from 1 to 30 bytes' : upTo(30)
  if (name === 'host.hostuuid') return upTo(63)
  if (name === 'host.hostname' || name === 'host.domainname') return upTo(255)
  // sys/compat/linux/linux_mib.c takes three numbers, 1.0.0 or later, and no single character after them.
  if (name === 'linux.osrelease')
    return /^0*[1-9][0-9]*\.[0-9]+\.[0-9]+($|..)/.test(value) ? upTo(63) : 'a version like 5.15.0'
  return undefined
}
