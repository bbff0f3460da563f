/** Waiting for the end of a process, for descriptors and for signals. */
import { abi } from '../abi/index.ts'
import type { CaughtSignal } from '../engine/engine.ts'
import { engine } from '../engine/index.ts'
import { call, check, lastError } from '../ffi/index.ts'
import { type Memory, memory } from '../ffi/memory.ts'
import { signalName } from '../signals.ts'
import { remaining, sleep, timespec } from '../wait.ts'
import { signalSet } from './signal-set.ts'

/**
 * The exit status of a process, or 128 plus the number of the signal that ended it, as a shell reports it. A program may exit
 * with such a number itself; `Ended` tells the two cases apart.
 */
export type ExitStatus = number

/** How a process ended. */
export interface Ended {
  status: ExitStatus
  /** The signal that ended it; undefined when it has exited. */
  signal: number | undefined
}

/** WNOHANG of waitpid(2), the same on both hosts. */
const WNOHANG = 1
/** Longest pause between two checks, in milliseconds, where no system call waits for the event. */
const SLICE = 10

/**
 * Waits for the end of a child and tells how it ended (waitpid(2)); the kernel then forgets the child. undefined when the child
 * has not ended within `timeoutMs`. ECHILD for a process that is no child, or that was waited for before.
 */
export function waitForEnd(pid: number, timeoutMs?: number): Ended | undefined {
  const status = memory(4)
  if (timeoutMs === undefined) {
    check('waitpid', `process ${pid}`, pid, status, 0)
    return ended(status.readInt32())
  }
  const end = engine.monotonicMs() + timeoutMs
  for (let pause = 1; ; pause = Math.min(pause * 2, SLICE)) {
    if (check('waitpid', `process ${pid}`, pid, status, WNOHANG) === pid) return ended(status.readInt32())
    const left = end - engine.monotonicMs()
    if (left <= 0) return undefined
    sleep(Math.min(pause, left))
  }
}

/** Reads a wait status: WIFEXITED and WEXITSTATUS, or WTERMSIG (sys/wait.h has the same macros on both hosts). */
function ended(status: number): Ended {
  const signal = status & 0x7f
  return signal === 0 ? { status: (status >> 8) & 0xff, signal: undefined } : { status: 128 + signal, signal }
}

/** A descriptor to wait for. */
export interface Awaited {
  fd: number
  read?: boolean
  write?: boolean
}

/**
 * A descriptor on which a call would not wait. At the end of the file, or after an error, a descriptor counts as readable and
 * writable, because the call then tells which of the two it is.
 */
export interface Ready {
  fd: number
  read: boolean
  write: boolean
}

// These numbers are the same on both hosts (poll.h).
const POLLIN = 1
const POLLOUT = 4
const POLLERR_HUP_NVAL = 0x38
/** struct pollfd: int fd, short events, short revents. */
const POLLFD = { size: 8, events: 4, revents: 6 }

/**
 * Waits until at least one descriptor is ready, and gives the ready ones (ppoll(2)). The list is empty when `timeoutMs` is
 * over, or when a signal interrupts the wait.
 */
export function poll(descriptors: readonly Awaited[], timeoutMs?: number): Ready[] {
  const set = memory(Math.max(descriptors.length, 1) * POLLFD.size)
  for (const [index, { fd, read, write }] of descriptors.entries()) {
    set.writeInt32(fd, index * POLLFD.size)
    set.writeUInt16((read ? POLLIN : 0) | (write ? POLLOUT : 0), index * POLLFD.size + POLLFD.events)
  }
  const time = timeoutMs === undefined ? null : timespec(timeoutMs)
  if (call('ppoll', set, descriptors.length, time, null) === -1) {
    const error = lastError('ppoll')
    if (error.errno === 'EINTR') return []
    throw error
  }
  const ready: Ready[] = []
  for (const [index, { fd, read = false, write = false }] of descriptors.entries()) {
    const found = set.readUInt16(index * POLLFD.size + POLLFD.revents)
    const over = (found & POLLERR_HUP_NVAL) !== 0
    if (found !== 0)
      ready.push({
        fd,
        read: read && (over || (found & POLLIN) !== 0),
        write: write && (over || (found & POLLOUT) !== 0),
      })
  }
  return ready
}

/**
 * Blocks these signals (names without SIG), so that they wait for `nextSignal`. The function that this gives restores the
 * former mask. A process that `startProcess` starts meanwhile has no blocked signal.
 */
export function blockSignals(names: readonly string[]): () => void {
  if (engine.signals) return engine.signals.take(names)
  const former = memory(abi.sigsetSize)
  check('sigprocmask', undefined, abi.sigBlock, signalSet(names), former)

  return () => {
    check('sigprocmask', undefined, abi.sigSetmask, former, null)
  }
}

/**
 * Gives the next of these signals, which `blockSignals` has blocked (sigtimedwait(2)); undefined when none has come within
 * `timeoutMs`. With a `timeoutMs` of 0 it does not wait. `pid` is the sender's, or 0 when the sender is not known.
 */
export function nextSignal(names: readonly string[], timeoutMs?: number): CaughtSignal | undefined {
  const end = timeoutMs === undefined ? undefined : engine.monotonicMs() + timeoutMs
  const { signals } = engine
  if (signals) {
    for (;;) {
      const signal = signals.next(names)
      if (signal) return signal
      const left = remaining(end)
      if (left <= 0) return undefined
      sleep(Math.min(left, SLICE))
    }
  }
  const set = signalSet(names)
  const information = memory(abi.siginfo.size)
  for (;;) {
    // Without a time limit the call waits for a day at a time.
    const left = Math.max(0, Math.min(remaining(end), 86_400_000))
    const number = call('sigtimedwait', set, information, timespec(left))
    if (number > 0) return { name: signalName(number) ?? String(number), pid: senderOf(information) }
    const error = lastError('sigtimedwait')
    if (error.errno === 'EAGAIN' && remaining(end) <= 0) return undefined
    if (error.errno !== 'EINTR' && error.errno !== 'EAGAIN') throw error
  }
}

function senderOf(information: Memory): number {
  return information.readInt32(abi.siginfo.pid)
}
