/** Time: pauses, and waiting for something that can only be looked at. */
import { engine } from './engine/index.ts'
import { call, lastErrno } from './ffi/index.ts'
import { type Memory, memory } from './ffi/memory.ts'

/** struct timespec of milliseconds: 64-bit seconds and nanoseconds. */
export function timespec(ms: number): Memory {
  const time = memory(16)
  const seconds = Math.floor(ms / 1000)
  time.writeBigUInt64LE(BigInt(seconds), 0)
  time.writeUInt32LE(Math.floor((ms - seconds * 1000) * 1e6), 8)
  return time
}

/** Milliseconds until `end` of the monotonic clock; infinite without one. */
export function remaining(end: number | undefined): number {
  return end === undefined ? Number.POSITIVE_INFINITY : end - engine.monotonicMs()
}

/** Pauses for `ms` milliseconds. nanosleep(2). */
export function sleep(ms: number): void {
  if (ms <= 0) return
  const left = timespec(ms)
  while (call('nanosleep', left, left) === -1 && lastErrno() === 'EINTR') {
    // A signal of the engine's: the rest of the time.
  }
}

/**
 * Calls `done` every few milliseconds until it gives true or `timeoutMs` are over; true when it did. By a clock that nobody
 * sets: with the other one, a step back would make it wait for hours.
 */
export function waitUntil(done: () => boolean, timeoutMs: number): boolean {
  const end = engine.monotonicMs() + timeoutMs
  for (let pause = 1; ; pause = Math.min(pause * 2, 50)) {
    if (done()) return true
    if (engine.monotonicMs() >= end) return false
    sleep(pause)
  }
}
