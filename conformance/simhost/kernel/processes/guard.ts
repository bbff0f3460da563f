/**
 * Answers calls of jailed processes that come through seccomp_unotify(2). kill(2): FreeBSD's cr_cansignal lets a process
 * reach its own jail and the jails below, and everything else does not exist (ESRCH). open(2) of /dev/fd/N is a dup(2).
 */
import { ptr } from 'bun:ffi'
import fs from 'node:fs'
import { descriptorOf, GUARDED, libc } from '../../libc.ts'
import { descriptorLink } from '../devices/descriptors.ts'
import { type Caller, type Kernel, KernelError, number } from '../kernel.ts'
import { log, unwatch, watch } from '../server.ts'
import { allProcesses, processJail } from './processes.ts'

const RECEIVE = 0xc0502100
const SEND = 0xc0182101
const ADD_FD = 0x40182103
/** The descriptor that is added is also the answer (SECCOMP_ADDFD_FLAG_SEND). */
const ADD_AND_SEND = 2
const O_CLOEXEC = 0x80000
const CONTINUE = 1
const POLLIN = 1
/** Linux's numbers of the errors of kill(2). */
const ERRNO: Readonly<Record<string, number>> = { EPERM: 1, ESRCH: 3, EINVAL: 22 }

interface Verdict {
  /** 0 is success, otherwise a Linux errno. */
  error: number
  /** Linux makes the call itself. */
  go?: boolean
  after?: () => void
}

/** The thread group and user of a thread. */
function identity(tid: number): { pid: number; uid: number } | undefined {
  try {
    const status = fs.readFileSync(`/proc/${tid}/status`, 'utf8')
    const pid = Number(/^Tgid:\s*([0-9]+)/m.exec(status)?.[1])
    return { pid, uid: Number(/^Uid:\s*[0-9]+\s+([0-9]+)/m.exec(status)?.[1]) }
  } catch {
    return undefined
  }
}

/**
 * True for a child of the caller that has ended and that nobody has waited for. Such a zombie has no namespace that tells
 * its jail, and FreeBSD's kill(2) finds it all the same (sys/kern/kern_sig.c, kern_kill: pfind_any).
 */
function isOwnZombie(pid: number, parent: number): boolean {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8')
    const [state, ppid] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return state === 'Z' && Number(ppid) === parent
  } catch {
    return false
  }
}

function decide(kernel: Kernel, tid: number, target: number, signal: number): Verdict {
  const who = identity(tid)
  if (who === undefined) return { error: 3 }
  const caller: Caller = { ...who, jid: processJail(tid) }
  if (caller.jid === 0 || signal < 0 || signal > 64) return { error: 0, go: true }
  const seen = new Set(kernel.call(caller, 'processesSeen') as number[])
  if (target > 0)
    return seen.has(target) || isOwnZombie(target, who.pid) ? { error: 0, go: true } : { error: 3 }
  const all = allProcesses()
  const group = target === 0 ? all.find(p => p.pid === who.pid)?.pgid : -target
  if (target !== -1 && all.every(p => p.pgid !== group || seen.has(p.pid))) return { error: 0, go: true }
  // The sender gets its signal last, since it is still waiting for the answer.
  const own = target !== -1 && all.some(p => p.pid === who.pid && p.pgid === group)
  const others = all.filter(p => seen.has(p.pid) && p.pid !== who.pid && (target === -1 || p.pgid === group))
  let sent = own
  let refused = false
  for (const p of others) {
    try {
      kernel.call(caller, 'kill', p.pid, signal)
      sent = true
    } catch (error) {
      if (!(error instanceof KernelError)) throw error
      refused ||= error.errno === 'EPERM'
    }
  }
  if (!sent) return { error: refused ? 1 : 3 }
  return own ? { error: 0, after: () => process.kill(who.pid, signal) } : { error: 0 }
}

/** The descriptor that a path names, when the path leads into a simulated fdescfs or devfs in the caller's /dev. */
function descriptorNamed(tid: number, path: string): number | undefined {
  const standard = /^\/dev\/std(in|out|err)$/.exec(path)?.[1]
  const fd =
    standard === undefined ? /^\/dev\/fd\/([0-9]{1,3})$/.exec(path)?.[1] : { in: 0, out: 1, err: 2 }[standard]
  if (fd === undefined) return undefined
  const said = (name: string): string | undefined => {
    try {
      return fs.readlinkSync(`/proc/${tid}/root/dev/${name}`)
    } catch {
      return undefined
    }
  }
  if (standard !== undefined && said(`std${standard}`) !== `fd/${fd}`) return undefined
  return said(`fd/${fd}`) === descriptorLink(Number(fd)) ? Number(fd) : undefined
}

function pathArgument(tid: number, address: bigint): string {
  const memory = fs.openSync(`/proc/${tid}/mem`, 'r')
  try {
    const bytes = Buffer.alloc(32)
    const count = fs.readSync(memory, bytes, 0, bytes.length, address)
    return bytes.toString('latin1', 0, count).split('\0', 1)[0] ?? ''
  } finally {
    fs.closeSync(memory)
  }
}

/** Answers an open(2) by a copy of the descriptor that it names; false when it names none. */
function openDescriptor(fd: number, question: Buffer): boolean {
  const tid = question.readUInt32LE(8)
  const at = question.readInt32LE(16) === GUARDED.openat ? 40 : 32
  const named = descriptorNamed(tid, pathArgument(tid, question.readBigUInt64LE(at)))
  const who = named === undefined ? undefined : identity(tid)
  if (named === undefined || who === undefined) return false
  const copy = descriptorOf(who.pid, named)
  const answer = Buffer.alloc(24)
  question.copy(answer, 0, 0, 8)
  answer.writeUInt32LE(ADD_AND_SEND, 8)
  answer.writeUInt32LE(copy, 12)
  answer.writeUInt32LE(question.readUInt32LE(at + 8) & O_CLOEXEC, 20)
  const done = libc.ioctl(fd, ADD_FD, ptr(answer)) >= 0
  libc.close(copy)
  return done
}

function answerOne(kernel: Kernel, fd: number): void {
  const question = Buffer.alloc(80)
  if (libc.ioctl(fd, RECEIVE, ptr(question)) < 0) return
  let verdict: Verdict = { error: 0, go: true }
  try {
    if (question.readInt32LE(16) !== GUARDED.kill) {
      if (openDescriptor(fd, question)) return
    } else
      verdict = decide(kernel, question.readUInt32LE(8), question.readInt32LE(32), question.readInt32LE(40))
  } catch (error) {
    // The process may have ended, or the descriptor may be closed: then Linux makes the call and gives the error.
    if (error instanceof KernelError) verdict = { error: ERRNO[error.errno] ?? 1 }
    else log(`guard: ${error instanceof Error ? error.stack : String(error)}`)
  }
  const answer = Buffer.alloc(24)
  question.copy(answer, 0, 0, 8)
  answer.writeInt32LE(-verdict.error, 16)
  answer.writeUInt32LE(verdict.go === true ? CONTINUE : 0, 20)
  libc.ioctl(fd, SEND, ptr(answer))
  try {
    verdict.after?.()
  } catch {
    // The process ended by itself.
  }
}

/** Registers the calls by which processes in jails leave kill(2) and the like to the kernel. */
export function installGuard(kernel: Kernel): void {
  // A process that attaches gives the descriptor of its filter; the kernel keeps it until no process has the filter.
  kernel.register('jailGuard', (caller, fd) => {
    const own = descriptorOf(caller.pid, number(fd))
    if (fs.readlinkSync(`/proc/self/fd/${own}`) !== 'anon_inode:seccomp notify') {
      libc.close(own)
      throw new KernelError('EINVAL')
    }
    watch(own, events => {
      if ((events & POLLIN) !== 0) {
        answerOne(kernel, own)
        return
      }
      unwatch(own)
      libc.close(own)
    })
    return null
  })
}
