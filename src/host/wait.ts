/** Blocks the calling thread for `ms` milliseconds (the life cycle is synchronous on purpose). */
export function sleepSync(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}

/**
 * Calls `done` every few milliseconds until it gives true or `timeout` milliseconds are over; true when it did. Time is
 * taken from a clock that nobody sets: with the other one, a step back would make it wait for hours.
 */
export function waitUntil(done: () => boolean, timeout: number): boolean {
  const end = performance.now() + timeout
  for (let pause = 1; ; pause = Math.min(pause * 2, 50)) {
    if (done()) return true
    if (performance.now() >= end) return false
    sleepSync(pause)
  }
}
