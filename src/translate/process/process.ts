/** Translates `process` of a config, and the process of an `exec`. */

import type { Process, Rlimit } from '../../bundle/generated/config.ts'
import { hasOwn } from '../../es2020.ts'
import type { Context } from '../core/context.ts'
import type { ProcessPlan, RlimitPlan } from '../core/plan.ts'

/** RLIM_INFINITY is 2^63 - 1 on FreeBSD (sys/sys/resource.h) and 2^64 - 1 on Linux; configs contain either, or -1. */
const INFINITY_FROM = (1n << 63n) - 1n

/** FreeBSD's names (sys/sys/resource.h) by OCI's; undefined for a limit that only Linux has. */
const RLIMITS: Readonly<Record<string, string | undefined>> = {
  RLIMIT_AS: 'AS',
  RLIMIT_CORE: 'CORE',
  RLIMIT_CPU: 'CPU',
  RLIMIT_DATA: 'DATA',
  RLIMIT_FSIZE: 'FSIZE',
  RLIMIT_KQUEUES: 'KQUEUES',
  RLIMIT_MEMLOCK: 'MEMLOCK',
  RLIMIT_NOFILE: 'NOFILE',
  RLIMIT_NPROC: 'NPROC',
  RLIMIT_NPTS: 'NPTS',
  RLIMIT_PIPEBUF: 'PIPEBUF',
  RLIMIT_RSS: 'RSS',
  RLIMIT_SBSIZE: 'SBSIZE',
  RLIMIT_STACK: 'STACK',
  RLIMIT_SWAP: 'SWAP',
  RLIMIT_UMTXP: 'UMTXP',
  RLIMIT_VMEM: 'AS',
  RLIMIT_LOCKS: undefined,
  RLIMIT_MSGQUEUE: undefined,
  RLIMIT_NICE: undefined,
  RLIMIT_RTPRIO: undefined,
  RLIMIT_RTTIME: undefined,
  RLIMIT_SIGPENDING: undefined,
}

/** The sysctls to which the kernel silently lowers a limit (sys/kern/kern_resource.c, kern_proc_setrlimit). */
const LOWERED_TO: Readonly<Record<string, string>> = { NOFILE: 'kern.maxfilesperproc', NPROC: 'kern.maxproc' }
/** The value of both limits that podman writes where the user asks for none (containers.conf(5), default_ulimits). */
const PODMANS_DEFAULT = 1_048_576n

/** The umask where the config has none: that of runc, of crun and of FreeBSD's shells. */
const DEFAULT_UMASK = 0o022

/** Translates a process. `property` is its path: `process` in a config, empty for `exec --process`. */
export function translateProcess(context: Context, process: Process, property = 'process'): ProcessPlan {
  const at = (name: string) => (property === '' ? name : `${property}.${name}`)
  const user = process.user ?? {}
  if (!process.args?.length) context.fail(at('args'), 'must hold at least the program')
  if (!process.cwd?.startsWith('/'))
    context.fail(at('cwd'), `${process.cwd || '""'} must be an absolute path`)
  checkEnvironment(context, process.env ?? [], at('env'))
  const applied = [
    'args',
    'cwd',
    'env',
    'terminal',
    'user.uid',
    'user.gid',
    'user.umask',
    'user.additionalGids',
  ]
  for (const name of applied) context.fate(at(name), 'applied', '')
  if (process.noNewPrivileges !== undefined) {
    context.fate(
      at('noNewPrivileges'),
      'translated',
      process.noNewPrivileges ? 'procctl(PROC_NO_NEW_PRIVS_CTL)' : 'off',
    )
  }
  const size = process.consoleSize
  if (size) {
    const used = process.terminal === true && size.height > 0 && size.width > 0
    context.fate(
      at('consoleSize'),
      used ? 'applied' : 'ignored',
      used ? '' : 'there is no terminal, or no size',
    )
  }
  const useSize = size && process.terminal === true && size.height > 0 && size.width > 0
  return {
    args: process.args ?? [],
    env: lastOfEachName(process.env ?? []),
    cwd: process.cwd,
    uid: user.uid ?? 0,
    gid: user.gid ?? 0,
    groups: [...new Set(user.additionalGids ?? [])],
    umask: user.umask ?? DEFAULT_UMASK,
    rlimits: translateRlimits(context, process.rlimits ?? [], at('rlimits')),
    terminal: process.terminal ?? false,
    ...(useSize ? { consoleSize: { height: size.height, width: size.width } } : {}),
    noNewPrivileges: process.noNewPrivileges ?? false,
  }
}

/**
 * The last entry of each variable, as runc and crun do. podman appends the variables of `exec -e` to the container's own
 * (libpod/oci_conmon_exec_common.go, prepareProcessExec), and getenv(3) would find the first.
 */
export function lastOfEachName(env: readonly string[]): string[] {
  const name = (entry: string) => entry.slice(0, entry.indexOf('='))
  const last = new Map(env.map((entry, index) => [name(entry), index]))
  return env.filter((entry, index) => last.get(name(entry)) === index)
}

/** Refuses variables with a NUL, at which execve(2) would cut them. */
function checkEnvironment(context: Context, env: readonly string[], property: string): void {
  env.forEach((entry, index) => {
    if (entry.includes('\0')) context.fail(`${property}[${index}]`, 'holds a NUL byte')
    else if (!entry.includes('=') || entry.startsWith('='))
      context.fail(`${property}[${index}]`, 'must be NAME=value')
  })
}

function translateRlimits(context: Context, rlimits: readonly Rlimit[], property: string): RlimitPlan[] {
  const plans: RlimitPlan[] = []
  const seen = new Map<string, string>()
  rlimits.forEach((limit, index) => {
    const path = `${property}[${index}]`
    const known = hasOwn(RLIMITS, limit.type)
    if (!known) {
      const names = Object.keys(RLIMITS).filter(name => RLIMITS[name] !== undefined)
      context.fail(`${path}.type`, `unknown limit ${limit.type}; known are ${names.join(', ')}`)
      return
    }
    const resource = RLIMITS[limit.type]
    if (resource === undefined) {
      context.fate(path, 'ignored', `FreeBSD has no ${limit.type}`)
      // Container managers pass the same limits to every Linux image, so this is no error; a user may count on the limit.
      context.warn(`${path}: FreeBSD has no ${limit.type}; ignored`)
      return
    }
    // config.md: "If rlimits contains duplicated entries with same type, the runtime MUST generate an error."
    const twin = seen.get(resource)
    if (twin !== undefined) {
      context.fail(`${path}.type`, `${limit.type} is already set by ${twin}`)
      return
    }
    seen.set(resource, path)
    const soft = limitValue(limit.soft)
    const hard = limitValue(limit.hard)
    if (hard !== -1n && (soft === -1n || soft > hard)) {
      context.fail(path, `soft limit ${limit.soft} is above the hard limit ${limit.hard}`)
      return
    }
    plans.push({ resource, soft: String(soft), hard: String(hard) })
    context.fate(path, 'applied', `setrlimit(RLIMIT_${resource})`)
    tellLowered(context, path, resource, hard)
  })
  return plans
}

/** Warns when the kernel will lower a limit; "no limit" and podman's default are no values that a user has chosen. */
function tellLowered(context: Context, path: string, resource: string, hard: bigint): void {
  const sysctl = LOWERED_TO[resource]
  const most = sysctl && context.facts.sysctl(sysctl)
  if (!most || hard <= BigInt(most)) return
  context.fate(path, 'applied', `setrlimit(RLIMIT_${resource}), lowered to ${most} (${sysctl})`)
  if (hard !== PODMANS_DEFAULT)
    context.warn(`${path}: RLIMIT_${resource} ${hard}: the kernel lowers it to ${most} (${sysctl})`)
}

/** The limit, -1n for RLIM_INFINITY. JSON numbers above 2^53 have lost digits, which makes no difference here. */
function limitValue(value: number): bigint {
  const exact = BigInt(Math.trunc(value))
  return exact < 0n || exact >= INFINITY_FROM ? -1n : exact
}
