/**
 * Signals of jailed processes. Their kill(2) comes here through seccomp_unotify(2): FreeBSD's cr_cansignal lets a process
 * see its own jail and the jails below only, everything else does not exist (ESRCH).
 */
import { ptr } from 'bun:ffi'
import fs from 'node:fs'
import { descriptorOf, libc } from '../libc.ts'
import { type Caller, type Kernel, KernelError, number } from './kernel.ts'
import { allProcesses, processJail } from './processes.ts'
import { log, unwatch, watch } from './server.ts'

const RECEIVE = 0xc0502100
const SEND = 0xc0182101
const CONTINUE = 1
const POLLIN = 1
/** Linux's numbers of what kill(2) may say. */
const ERRNO: Readonly<Record<string, number>> = { EPERM: 1, ESRCH: 3, EINVAL: 22 }

interface Verdict {
  /** 0 is success, otherwise a Linux errno. */
  error: number
  /** Linux does it after all. */
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

function decide(kernel: Kernel, tid: number, target: number, signal: number): Verdict {
  const who = identity(tid)
  if (who === undefined) return { error: 3 }
  const caller: Caller = { ...who, jid: processJail(tid) }
  if (caller.jid === 0 || signal < 0 || signal > 64) return { error: 0, go: true }
  const seen = new Set(kernel.call(caller, 'processesSeen') as number[])
  if (target > 0) return seen.has(target) ? { error: 0, go: true } : { error: 3 }
  const all = allProcesses()
  const group = target === 0 ? all.find(p => p.pid === who.pid)?.pgid : -target
  if (target !== -1 && all.every(p => p.pgid !== group || seen.has(p.pid))) return { error: 0, go: true }
  // The sender itself comes last: it is still waiting for the answer.
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

function answerOne(kernel: Kernel, fd: number): void {
  const question = Buffer.alloc(80)
  if (libc.ioctl(fd, RECEIVE, ptr(question)) < 0) return
  let verdict: Verdict
  try {
    verdict = decide(kernel, question.readUInt32LE(8), question.readInt32LE(32), question.readInt32LE(40))
  } catch (error) {
    log(`kill: ${error instanceof Error ? error.stack : String(error)}`)
    verdict = { error: error instanceof KernelError ? (ERRNO[error.errno] ?? 1) : 1 }
  }
  const answer = Buffer.alloc(24)
  question.copy(answer, 0, 0, 8)
  answer.writeInt32LE(-verdict.error, 16)
  answer.writeUInt32LE(verdict.go === true ? CONTINUE : 0, 20)
  libc.ioctl(fd, SEND, ptr(answer))
  try {
    verdict.after?.()
  } catch {
    // It ended by itself.
  }
}

export function installGuard(kernel: Kernel): void {
  // A process that attaches gives the descriptor of its filter; it is kept until the last process with it has gone.
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
