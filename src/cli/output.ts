/** Writes to standard output, standard error and the log. */
import { encode } from '../bytes.ts'
import { errnoOf, SyscallError } from '../errors.ts'
import { errorText } from '../host/abi/error-text.ts'
import { writeFrom } from '../host/files.ts'
import { sleep } from '../host/wait.ts'

/**
 * Writes all of `text`. A descriptor in non-blocking mode may be full for a while (EAGAIN); the write is then repeated
 * a few milliseconds later. Returns false when the reader has gone (EPIPE), which is no error (`jailwright list |
 * head`).
 * @throws SyscallError for any other failure.
 */
export function writeAll(fd: number, text: string): boolean {
  const bytes = encode(text)
  let at = 0
  while (at < bytes.length) {
    try {
      at += writeFrom(fd, bytes, at)
    } catch (error) {
      const errno = errnoOf(error)
      if (errno === 'EPIPE') return false
      if (errno !== 'EAGAIN') throw named(fd, error)
      sleep(2)
    }
  }
  return true
}

/** Returns the error of a write with the name of the stream. */
function named(fd: number, error: unknown): unknown {
  const stream = [undefined, 'standard output', 'standard error'][fd]
  if (stream === undefined || !(error instanceof SyscallError)) return error
  return new SyscallError('write', error.errno, errorText(error.errno), stream)
}

/** Prints to standard output. */
export function print(text: string): void {
  writeAll(1, text)
}

/** Prints a value to standard output as indented JSON, as runc does. */
export function printJson(value: unknown): void {
  writeAll(1, `${JSON.stringify(value, null, 2)}\n`)
}
