/**
 * Reads a JSON file that somebody else wrote: bounded, only what it should be, with errors that name the file.
 */
import { concatenate, decode } from '../bytes.ts'
import { errnoOf, JailwrightError } from '../errors.ts'
import { errorText } from '../host/abi/error-text.ts'
import { abi } from '../host/abi/index.ts'
import { closeFile, openFile, readInto, statusOfDescriptor } from '../host/files.ts'
import { jsonFault } from './json-position.ts'
import { configError } from './messages.ts'
import { childPath } from './property-path.ts'

/** Far above any real config (a seccomp profile is 30 KB), far below what would hurt the host. */
const MAX_BYTES = 16 * 1024 * 1024

/**
 * Far above any real config (less than ten levels). JSON.parse and what reads the document afterwards call themselves for
 * each level, and their stack is bounded.
 */
const MAX_DEPTH = 128

/** An error of opening or reading a file: `open /b/config.json: no such file or directory`. podman looks for such words. */
export function fileError(file: string, error: unknown): JailwrightError {
  const errno = errnoOf(error)
  const text = errno === undefined ? undefined : errorText(errno)
  const known = text !== undefined && text !== errno
  const reason = known
    ? `${text[0]!.toLowerCase()}${text.slice(1)}`
    : error instanceof Error
      ? error.message
      : String(error)
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
    fd = options.pipes ? openFile(file, 'read') : openFile(file, abi.open.NONBLOCK)
  } catch (error) {
    throw fileError(file, error)
  }
  try {
    const { kind, size } = statusOfDescriptor(fd)
    if (kind === 'dir') throw new JailwrightError('CONFIG', `open ${file}: is a directory`, { subject: file })
    if (kind !== 'file' && !options.pipes) {
      throw new JailwrightError('CONFIG', `open ${file}: not a regular file`, { subject: file })
    }
    return decode(readAll(fd, file, kind === 'file' ? size : 0))
  } finally {
    closeFile(fd)
  }
}

/** The text on standard input. Throws CONFIG when it is larger than MAX_BYTES. */
export function readStandardInput(): string {
  return decode(readAll(0, 'standard input', 0))
}

function readAll(fd: number, file: string, expected: number): Uint8Array {
  if (expected > MAX_BYTES) throw tooLarge(file)
  const chunks: Uint8Array[] = []
  let total = 0
  for (;;) {
    // One byte more than expected, so that the end is usually seen by the second read.
    const chunk = new Uint8Array(Math.max(expected + 1 - total, 4096))
    const count = readInto(fd, chunk)
    if (count === 0) break
    chunks.push(chunk.subarray(0, count))
    total += count
    if (total > MAX_BYTES) throw tooLarge(file)
  }
  return concatenate(chunks)
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
  if (isDeeperThan(text, MAX_DEPTH))
    throw new JailwrightError('CONFIG', `${name}: nested deeper than ${MAX_DEPTH} levels`, { subject: name })
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
 * True when more than `limit` brackets are open somewhere in the text. A text with no more opening brackets than that is not
 * looked at any closer: counting them is one call of the engine each.
 */
function isDeeperThan(text: string, limit: number): boolean {
  if (text.split('{').length + text.split('[').length - 2 <= limit) return false
  let depth = 0
  // Strings as a whole, so that the brackets in them do not count.
  for (const [part] of text.matchAll(/"(?:[^"\\]|\\.)*"?|[[\]{}]/gs)) {
    if (part === '{' || part === '[') depth++
    else if (part === '}' || part === ']') depth--
    if (depth > limit) return true
  }
  return false
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
