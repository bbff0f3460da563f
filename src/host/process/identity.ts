/** Calls with which init becomes the container's program: ids, limits, signals and execve(2). */
import { JailwrightError } from '../../errors.ts'
import { abi } from '../abi/index.ts'
import { PROC_RLIMIT } from '../abi/mib.ts'
import { engine } from '../engine/index.ts'
import { call, check, cString, failure, lastErrno, lastError, stringArray } from '../ffi/index.ts'
import { type Memory, memory } from '../ffi/memory.ts'
import { sysctlByNumber } from '../sysctl.ts'

const SIG_IGN = 1n
// procctl(2), sys/procctl.h
const PROC_TRACE_CTL = 7
const PROC_TRACE_CTL_DISABLE = 2
const PROC_NO_NEW_PRIVS_CTL = 19
const PROC_NO_NEW_PRIVS_ENABLE = 1
// ktrace(2), sys/ktrace.h
const KTROP_CLEAR = 1
const KTRFAC_MASK = 0xffffff
// prctl(2), linux/prctl.h
const PR_SET_DUMPABLE = 4
const PR_SET_NO_NEW_PRIVS = 38

/**
 * Prepares execve(2) with exactly this argv and environment, and gives a function that makes the call. The function never
 * returns: when the call fails, it throws a SyscallError that names the path.
 */
export function prepareExecve(path: string, argv: readonly string[], env: readonly string[]): () => never {
  const file = cString(path)
  const args = stringArray(argv)
  const environment = stringArray(env)
  return () => {
    call('execve', file, args.array, environment.array)
    const error = lastError('execve', path)
    // This use of the strings keeps the engine from collecting them before the call.
    void [args.keep, environment.keep]
    throw error
  }
}

/** execve(2) at once; see `prepareExecve`. */
export function execve(path: string, argv: readonly string[], env: readonly string[]): never {
  return prepareExecve(path, argv, env)()
}

/**
 * setrlimit(2). `resource` is FreeBSD's name without RLIMIT_, the limits are in the resource's unit, and -1n is RLIM_INFINITY.
 * The kernel may silently lower a limit (docs/freebsd/processes.md). On a host without the resource nothing is done; a name
 * that FreeBSD does not have is a CONFIG error.
 */
export function setrlimit(resource: string, soft: bigint, hard: bigint): void {
  const number = abi.rlimits[resource]
  if (number === undefined)
    throw new JailwrightError('CONFIG', `unknown resource limit ${resource}`, { subject: resource })
  if (number === -1) return
  const limits = memory(16)
  limits.writeBigUInt64(soft < 0n ? abi.rlimInfinity : soft, 0)
  limits.writeBigUInt64(hard < 0n ? abi.rlimInfinity : hard, 8)
  check('setrlimit', `RLIMIT_${resource}`, number, limits)
}

/**
 * Gives the soft limit of descriptors that the caller of this command has. Node raises its own soft limit to the hard one when
 * it starts, so the limit is read from the parent process (kern.proc.rlimit, prlimit(2)). undefined when the engine does not
 * raise the limit, when the parent's limits cannot be read, and when the parent has another hard limit, because then the limits
 * were set after the parent had started this program.
 */
export function callersDescriptors(): bigint | undefined {
  if (!engine.raisesDescriptors) return undefined
  const theirs = limitsOf(engine.parentPid())
  if (theirs === undefined) return undefined
  const ours = descriptorLimits()
  if (theirs.readBigUInt64(8) !== ours.readBigUInt64(8)) return undefined
  const soft = theirs.readBigUInt64(0)
  return soft <= ours.readBigUInt64(0) ? soft : undefined
}

/** Gives the struct rlimit of another process's descriptors; undefined for a process that is gone or outside this jail. */
function limitsOf(pid: number): Memory | undefined {
  const number = abi.rlimits.NOFILE!
  if (abi.os === 'freebsd') return sysctlByNumber([...PROC_RLIMIT, pid, number])
  const limits = memory(16)
  return call('prlimit', pid, number, null, limits) === -1 ? undefined : limits
}

function descriptorLimits(): Memory {
  const limits = memory(16)
  check('getrlimit', 'RLIMIT_NOFILE', abi.rlimits.NOFILE!, limits)
  return limits
}

/** Sets the soft limit of descriptors for the program that this process becomes; the hard limit stays. */
export function restoreDescriptors(soft: bigint): void {
  const limits = descriptorLimits()
  limits.writeBigUInt64(soft, 0)
  check('setrlimit', 'RLIMIT_NOFILE', abi.rlimits.NOFILE!, limits)
}

/**
 * setgroups(2), setgid(2), setuid(2). The list of groups begins with `gid`, because up to FreeBSD 14 its first entry becomes
 * the effective gid; from 15 on it does not (docs/freebsd/processes.md).
 */
export function setCredentials(uid: number, gid: number, groups: readonly number[]): void {
  // The set removes a second `gid`: podman lists the group among the supplementary ones too, and id(1) would show it twice.
  const all = [...new Set([gid, ...groups])]
  const list = memory(all.length * 4)
  for (const [index, group] of all.entries()) list.writeUInt32(group, index * 4)
  check('setgroups', undefined, all.length, list)
  // Ids that are right already are not set again, because in glibc each of these calls interrupts every thread of the process.
  if (call('getgid') !== gid || call('getegid') !== gid) check('setgid', String(gid), gid)
  if (call('getuid') !== uid || call('geteuid') !== uid) check('setuid', String(uid), uid)
}

/**
 * Sets the default disposition for every ignored signal, and an empty mask. Handlers stay, because execve(2) resets them
 * and the engine may need them until then.
 */
export function resetSignals(): void {
  const current = memory(abi.sigactionSize)
  const standard = memory(abi.sigactionSize)
  for (let signal = 1; signal <= abi.lastSignal; signal++) {
    // sigaction(2) refuses libc's own signals with EINVAL; they keep their disposition.
    if (call('sigaction', signal, null, current) === -1) continue
    if (current.readBigUInt64(0) === SIG_IGN) call('sigaction', signal, standard, null)
  }
  check('sigprocmask', undefined, abi.sigSetmask, memory(abi.sigsetSize), null)
}

/** getuid(2). */
export function userId(): number {
  return call('getuid')
}

/** setsid(2); EPERM for a process group leader. */
export function setsid(): void {
  check('setsid', undefined)
}

/**
 * Forbids ptrace(2), ktrace(2) and core dumps until the next execve(2), so that no process in the jail can read the memory of
 * init. ktrace(2) is switched off first: while it is on, procctl(2) answers EBUSY (sys/kern/kern_procctl.c, trace_ctl), and a
 * process of the jail may be able to read the file of the trace. EBUSY after that means that a debugger of the host's
 * administrator, such as truss(1), is attached; it stays, because no second debugger can attach.
 */
export function disableTracing(): void {
  if (abi.os === 'linux') {
    check('prctl', 'PR_SET_DUMPABLE', PR_SET_DUMPABLE, 0, 0, 0, 0)
    return
  }
  if (call('ktrace', null, KTROP_CLEAR, KTRFAC_MASK, engine.pid()) === -1) {
    const errno = lastErrno()
    // A kernel without ktrace(2) has nothing to switch off.
    if (errno !== 'ENOSYS') throw failure('ktrace', errno, 'KTROP_CLEAR')
  }
  procctl('PROC_TRACE_CTL', PROC_TRACE_CTL, PROC_TRACE_CTL_DISABLE, 'EBUSY')
}

/** Takes the effect from set-uid and set-gid files for this process and its descendants. FreeBSD before 14 answers EINVAL. */
export function setNoNewPrivileges(): void {
  if (abi.os === 'linux') check('prctl', 'PR_SET_NO_NEW_PRIVS', PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
  else procctl('PROC_NO_NEW_PRIVS_CTL', PROC_NO_NEW_PRIVS_CTL, PROC_NO_NEW_PRIVS_ENABLE)
}

/**
 * procctl(2) of the calling process (P_PID, which is 0, and the id 0) with an int as data; the errno `tolerated` is no error.
 */
function procctl(name: string, command: number, value: number, tolerated?: string): void {
  const data = memory(4)
  data.writeInt32(value)
  if (call('procctl', 0, 0, command, data) === -1) {
    const errno = lastErrno()
    if (errno === tolerated) return
    throw failure('procctl', errno, name)
  }
}

/** kill(2) with this host's number of the signal; EINVAL for a number that is no signal. */
export function kill(pid: number, signal: number): void {
  if (!Number.isInteger(signal) || signal < 0 || signal > abi.lastSignal)
    throw failure('kill', 'EINVAL', String(signal))
  if (call('kill', pid, signal) === -1) throw lastError('kill', String(pid))
}

/** _exit(2): ends the process at once. Node's own exit would wait for those of its threads that are blocked in read(2). */
export function exitNow(status: number): never {
  call('_exit', status)
  throw new Error('_exit came back')
}
