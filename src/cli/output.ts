/** Writing to descriptors without process.stdout, which takes several milliseconds to set up. */
import { encode } from '../host/ffi/memory.ts'
import { writeSync } from '../host/files.ts'

/**
 * Writes all of `text`. A descriptor in non-blocking mode may be full for a while (EAGAIN): then it is tried again a
 * few milliseconds later. False when the reader has gone (EPIPE), which is no error of ours (`jailwright list | head`).
 */
export function writeAll(fd: number, text: string): boolean {
  const bytes = encode(text)
  let at = 0
  while (at < bytes.length) {
    try {
      at += writeSync(fd, bytes, at)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'EPIPE') return false
      if (code !== 'EAGAIN') throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2)
    }
  }
  return true
}

/** Prints to standard output. */
export function print(text: string): void {
  writeAll(1, text)
}

/** Prints a value as indented JSON, as runc does. */
export function printJson(value: unknown): void {
  writeAll(1, `${JSON.stringify(value, null, 2)}\n`)
}
