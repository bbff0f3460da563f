/**
 * Reads JSON files that somebody else wrote. The size is bounded, only regular files are accepted, and errors name the
 * file.
 */
import { concatenate, decode } from '../bytes.ts'
import { errnoOf, JailwrightError } from '../errors.ts'
import { errorText } from '../host/abi/error-text.ts'
import { abi } from '../host/abi/index.ts'
import { closeFile, openFile, readInto, statusOfDescriptor } from '../host/files.ts'
import { jsonFault } from './json-position.ts'
import { configError } from './messages.ts'
import { childPath } from './property-path.ts'

/**
 * A bound on the size of a file. A real config is far smaller (a seccomp profile has 30 KB), and a text of this size
 * does not exhaust the host's memory.
 */
const MAX_BYTES = 16 * 1024 * 1024

/**
 * A bound on the depth of a document; a real config has fewer than ten levels. JSON.parse and the code that reads the
 * document call themselves once per level, and their stack is bounded.
 */
const MAX_DEPTH = 128

/**
 * Returns the error for a file that cannot be opened or read: `open /b/config.json: no such file or directory`. podman
 * looks for these words.
 */
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
 * Returns the text of a file. A file of a bundle must be a regular file, because a FIFO would block for ever. With
 * `pipes` set, FIFOs and terminals are read to their end (`exec --process /dev/stdin`).
 * @throws JailwrightError CONFIG when the file cannot be read or is larger than MAX_BYTES.
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

/**
 * Returns the text on standard input.
 * @throws JailwrightError CONFIG when the text is larger than MAX_BYTES.
 */
export function readStandardInput(): string {
  return decode(readAll(0, 'standard input', 0))
}

function readAll(fd: number, file: string, expected: number): Uint8Array {
  if (expected > MAX_BYTES) throw tooLarge(file)
  const chunks: Uint8Array[] = []
  let total = 0
  for (;;) {
    // The buffer is one byte larger than the expected rest, so that the second read usually sees the end of the file.
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
 * Parses JSON. A number beyond 2^53 loses its last digits, as everywhere in JavaScript; this matters only for the
 * infinite limits near 2^63 and 2^64 (see `limitValue`).
 * @param name stands before the message: the path of the file, or a description of the text.
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
 * True when more than `limit` brackets are open somewhere in the text. The two calls of `split` count the opening
 * brackets, and a text that has no more than `limit` of them needs no closer look.
 */
function isDeeperThan(text: string, limit: number): boolean {
  if (text.split('{').length + text.split('[').length - 2 <= limit) return false
  let depth = 0
  // The pattern matches a string as a whole, so that brackets in strings do not count.
  for (const [part] of text.matchAll(/"(?:[^"\\]|\\.)*"?|[[\]{}]/gs)) {
    if (part === '{' || part === '[') depth++
    else if (part === '}' || part === ']') depth--
    if (depth > limit) return true
  }
  return false
}

/**
 * Returns an error for each string and property name that holds a NUL. The kernel ends a string at a NUL, so it would
 * act on another string than the one that was checked. JSON can write a NUL only as an escape, so a text without the
 * escape needs no closer look.
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
