/** The calls of `KernelCalls` that change nothing, made with FreeBSD's system calls. */

import { SyscallError } from '../errors.ts'
import { CTLTYPE, decodeProcesses, formatSysctl, type KinfoProc, timeval } from './abi/kinfo.ts'
import { BOOTTIME, PROC_PID, PROC_PROC } from './abi/mib.ts'
import { jailGet, jailParams } from './jail-params.ts'
import { sysctlByNumber, sysctlFormat, sysctlNumbers } from './sysctl.ts'
import type { KernelQueries, ProcessInfo } from './types.ts'

/** The calls of `KernelCalls` that change nothing, as FreeBSD 13 to 15 answers them. */
export const freebsdQueries: KernelQueries = {
  jailId: name => jailGet(['name', name])?.jid,
  jailParams: (jid, names) => (jid > 0 ? jailParams(jid, names) : undefined),
  processInfo,
  processInfos,
  jailProcesses,
  sysctl(name) {
    const mib = sysctlNumbers(name)
    const described = mib && sysctlFormat(mib)
    if (mib === undefined || described === undefined) return undefined
    // A node of the sysctl tree has no value.
    const value = described.kind === CTLTYPE.NODE ? undefined : sysctlByNumber(mib)
    return value && formatSysctl(described.kind, described.format, value)
  },
  sysctlExists: name => sysctlNumbers(name) !== undefined,
}

/**
 * Describes a process. Its start time is ki_start minus kern.boottime: the kernel keeps the time since boot and adds the boot
 * time to it (sys/kern/kern_proc.c, fill_kinfo_proc_only), so that both numbers change when the clock is set and their
 * difference does not.
 */
function describe(process: KinfoProc, boottime: bigint): ProcessInfo {
  const { pid, jid, zombie, stopped, startMicroseconds } = process
  return { pid, jid, zombie, stopped, start: String(startMicroseconds - boottime) }
}

function processInfo(pid: number): ProcessInfo | undefined {
  const [bytes, boottime] = withBootTime(() => sysctlByNumber([...PROC_PID, pid]))
  const found = bytes && decodeProcesses(bytes).find(process => process.pid === pid)
  return found && describe(found, boottime)
}

function processInfos(pids: readonly number[]): Map<number, ProcessInfo> {
  const [bytes, boottime] = withBootTime(() => sysctlByNumber(PROC_PROC))
  const wanted = new Set(pids)
  const found = (bytes ? decodeProcesses(bytes) : []).filter(({ pid }) => wanted.has(pid))
  return new Map(found.map(process => [process.pid, describe(process, boottime)]))
}

/**
 * Number of attempts to read without a change of the clock in between. The limit ends the loop when a process sets the clock
 * all the time, as a process in a jail with allow.settime can.
 */
const ATTEMPTS = 64

/**
 * Gives the value of `read` and the boot time that the kernel used for it. The boot time is read before and after `read`; when
 * the two differ, everything is read again. EAGAIN when they differ every time.
 */
function withBootTime<T>(read: () => T): [T, bigint] {
  let before = bootTime()
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const value = read()
    const after = bootTime()
    if (after === before) return [value, after]
    before = after
  }
  throw new SyscallError('sysctl', 'EAGAIN', 'the clock is being set all the time', 'kern.boottime')
}

function bootTime(): bigint {
  const boottime = sysctlByNumber(BOOTTIME)
  return boottime ? timeval(boottime) : 0n
}

/** Gives the pids of the processes whose jail is `jid` or a descendant of it, by following each jail's `parent`. */
function jailProcesses(jid: number): number[] {
  const bytes = sysctlByNumber(PROC_PROC)
  if (bytes === undefined) return []
  const within = new Map<number, boolean>([
    [0, false],
    [jid, true],
  ])
  const inside = (jail: number): boolean => {
    let answer = within.get(jail)
    if (answer === undefined) {
      const parent = jailParams(jail, ['parent'])?.parent
      answer = parent !== undefined && inside(Number(parent))
      within.set(jail, answer)
    }
    return answer
  }
  return decodeProcesses(bytes)
    .filter(process => inside(process.jid))
    .map(process => process.pid)
}
