/**
 * Reads a JSON file that somebody else wrote: bounded, only what it should be, with errors that name the file.
 */
import fs from 'node:fs'
import { JailwrightError } from '../errors.ts'
import { jsonFault } from './json-position.ts'
import { configError } from './messages.ts'
import { childPath } from './property-path.ts'

/** Far above any real config (a seccomp profile is 30 KB), far below what would hurt the host. */
export const MAX_BYTES = 16 * 1024 * 1024

/** errno names in the words of strerror(3); podman looks for two of them. */
const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or directory',
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  ENOTDIR: 'not a directory',
  EISDIR: 'is a directory',
  ELOOP: 'too many levels of symbolic links',
  ENAMETOOLONG: 'file name too long',
}

/** An error of opening or reading a file: `open /b/config.json: no such file or directory`. */
export function fileError(file: string, error: unknown): JailwrightError {
  const code = (error as NodeJS.ErrnoException).code ?? ''
  const reason = REASONS[code] ?? (error instanceof Error ? error.message : String(error))
  return new JailwrightError('CONFIG', `open ${file}: ${reason}`, { subject: file, cause: error })
}

/**
 * A file's text. A file of a bundle has to be a regular one: a FIFO would block for ever. With `pipes`, FIFOs and
 * terminals are read to their end (`exec --process /dev/stdin`).
 * @throws JailwrightError CONFIG when it cannot be read or is larger than MAX_BYTES.
 */
export function readText(file: string, options: { pipes?: boolean } = {}): string {
  let fd: number
  try {
    fd = fs.openSync(
      file,
      options.pipes ? fs.constants.O_RDONLY : fs.constants.O_RDONLY | fs.constants.O_NONBLOCK,
    )
  } catch (error) {
    throw fileError(file, error)
  }
  try {
    const stat = fs.fstatSync(fd)
    if (stat.isDirectory())
      throw new JailwrightError('CONFIG', `open ${file}: is a directory`, { subject: file })
    if (!stat.isFile() && !options.pipes) {
      throw new JailwrightError('CONFIG', `open ${file}: not a regular file`, { subject: file })
    }
    return readAll(fd, file, stat.isFile() ? stat.size : 0).toString('utf8')
  } finally {
    fs.closeSync(fd)
  }
}

/** The text on standard input. Throws CONFIG when it is larger than MAX_BYTES. */
export function readStandardInput(): string {
  return readAll(0, 'standard input', 0).toString('utf8')
}

function readAll(fd: number, file: string, expected: number): Buffer {
  if (expected > MAX_BYTES) throw tooLarge(file)
  const chunks: Buffer[] = []
  let total = 0
  for (;;) {
    // One byte more than expected, so that the end is usually seen by the second read.
    const chunk = Buffer.allocUnsafe(Math.max(expected + 1 - total, 4096))
    const count = fs.readSync(fd, chunk, 0, chunk.length, null)
    if (count === 0) break
    chunks.push(chunk.subarray(0, count))
    total += count
    if (total > MAX_BYTES) throw tooLarge(file)
  }
  return chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)
}

const tooLarge = (file: string): JailwrightError =>
  new JailwrightError('CONFIG', `${file}: larger than ${MAX_BYTES >> 20} MiB`, { subject: file })

/**
 * Parses JSON. Numbers beyond 2^53 lose their last digits, as everywhere in JavaScript; the only ones that matter are
 * the "infinite" limits around 2^63 and 2^64, see `limitValue`.
 * @param name stands before the message: a file's path, or what the text is.
 * @throws JailwrightError CONFIG with line and column.
 */
export function parseJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    const fault = jsonFault(text)
    const message = fault
      ? `${name}:${fault.line}:${fault.column}: not JSON: ${fault.message}`
      : `${name}: not JSON: ${error instanceof Error ? error.message : String(error)}`
    throw new JailwrightError('CONFIG', message, { subject: name, cause: error })
  }
}

/**
 * Errors for every string and property name that holds a NUL: it would end the string in the kernel's eyes, so what
 * is checked here would not be what is done there. JSON can only write it as an escape, hence the quick look first.
 */
export function nulErrors(text: string, document: unknown, prefix = ''): JailwrightError[] {
  if (!text.includes('\\u0000')) return []
  const errors: JailwrightError[] = []
  const todo: [unknown, string][] = [[document, prefix]]
  for (let next = todo.pop(); next; next = todo.pop()) {
    const [value, path] = next
    if (typeof value === 'string') {
      if (value.includes('\0')) errors.push(configError(path, 'must not contain a NUL character'))
    } else if (Array.isArray(value)) {
      value.forEach((item, index) => {
        todo.push([item, childPath(path, index)])
      })
    } else if (value !== null && typeof value === 'object') {
      for (const [key, item] of Object.entries(value)) {
        if (key.includes('\0'))
          errors.push(configError(childPath(path, key), 'the name must not contain a NUL character'))
        todo.push([item, childPath(path, key)])
      }
    }
  }
  return errors.reverse()
}
