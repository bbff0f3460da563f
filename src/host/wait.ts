/** Pauses, and waiting for a condition that has to be checked again and again. */
import { engine } from './engine/index.ts'
import { call, lastErrno } from './ffi/index.ts'
import { type Memory, memory } from './ffi/memory.ts'

/** Gives milliseconds as a struct timespec, which is 64-bit seconds and nanoseconds on both hosts. */
export function timespec(ms: number): Memory {
  const time = memory(16)
  const seconds = Math.floor(ms / 1000)
  time.writeBigUInt64(BigInt(seconds), 0)
  time.writeBigUInt64(BigInt(Math.floor((ms - seconds * 1000) * 1e6)), 8)
  return time
}

/** Gives the milliseconds until the time `end` of the monotonic clock; infinity when there is no `end`. */
export function remaining(end: number | undefined): number {
  return end === undefined ? Number.POSITIVE_INFINITY : end - engine.monotonicMs()
}

/** Pauses for `ms` milliseconds (nanosleep(2)). */
export function sleep(ms: number): void {
  if (ms <= 0) return
  const left = timespec(ms)
  while (call('nanosleep', left, left) === -1 && lastErrno() === 'EINTR') {
    // A signal has interrupted the pause, and nanosleep(2) has written the remaining time into `left`.
  }
}

/**
 * Calls `done` every few milliseconds until it gives true (then this gives true) or until `timeoutMs` milliseconds are over
 * (then false). The time is that of the monotonic clock, because the other clock can be set back, which would prolong the wait.
 */
export function waitUntil(done: () => boolean, timeoutMs: number): boolean {
  const end = engine.monotonicMs() + timeoutMs
  for (let pause = 1; ; pause = Math.min(pause * 2, 50)) {
    if (done()) return true
    if (engine.monotonicMs() >= end) return false
    sleep(pause)
  }
}
