/**
 * The names of node:fs, for callers that still use them; `files.ts` has what takes their place. node:fs, when it is needed. Loading it takes a quarter of the whole start of an empty program under Bun (measured), so
 * what the commands that callers run all day need of it (open, read, write, rename) goes to libc there, and the rest
 * loads node:fs at its first call. Under Node, where it costs nothing and koffi does, all is node:fs.
 *
 * Names, arguments and errors (`code`, `syscall`, `path`) are those of node:fs.
 */
import { errorText } from './abi/error-text.ts'
import { abi } from './abi/index.ts'
import { call, cString, lastErrno } from './ffi/index.ts'
import { concatenate, decode, encode } from './ffi/memory.ts'
import type { CArguments, CFunctionName } from './ffi/signatures.ts'

type Fs = typeof import('node:fs')

/** The calls below go to libc. */
function direct(): boolean {
  return process.versions.bun !== undefined
}

let loaded: Fs | undefined

/** node:fs itself. */
function fs(): Fs {
  loaded ??= process.getBuiltinModule('node:fs')
  return loaded
}

/** A function of node:fs that loads it when it is called. */
function late<K extends keyof Fs>(name: K): Fs[K] {
  const call = (...args: unknown[]) => (fs()[name] as (...args: unknown[]) => unknown)(...args)
  return call as Fs[K]
}

export const existsSync = /* @__PURE__ */ late('existsSync')
export const fstatSync = /* @__PURE__ */ late('fstatSync')
export const mkdirSync = /* @__PURE__ */ late('mkdirSync')
export const readdirSync = /* @__PURE__ */ late('readdirSync')
export const realpathSync = /* @__PURE__ */ late('realpathSync') as (path: string) => string
export const rmdirSync = /* @__PURE__ */ late('rmdirSync')
export const statSync = /* @__PURE__ */ late('statSync')
export const unlinkSync = /* @__PURE__ */ late('unlinkSync')

/** One libc call on a file, again after EINTR; fails as node:fs does. */
function libc<N extends CFunctionName>(
  name: N,
  syscall: string,
  path: string | undefined,
  ...args: CArguments<N>
): number {
  for (;;) {
    const result = call(name, ...args)
    if (result !== -1) return result
    const code = lastErrno()
    if (code === 'EINTR') continue
    const where = path === undefined ? '' : ` '${path}'`
    const error = new Error(`${code}: ${errorText(code).toLowerCase()}, ${syscall}${where}`)
    throw Object.assign(error, { code, syscall, ...(path === undefined ? {} : { path }) })
  }
}

/** open(2) with `r`, `w`, `a` or this host's flags; close-on-exec. Mode in permission bits, subject to the umask. */
export function openSync(path: string, flags: 'r' | 'w' | 'a' | number, mode = 0o666): number {
  if (!direct()) return fs().openSync(path, flags, mode)
  const { CREAT, TRUNC, APPEND, CLOEXEC } = abi.open
  const writing = { r: 0, w: 1 | CREAT | TRUNC, a: 1 | CREAT | APPEND }
  const number = typeof flags === 'number' ? flags : writing[flags]
  return libc('openat', 'open', path, abi.atFdcwd, cString(path), number | CLOEXEC, mode)
}

/** close(2). */
export function closeSync(fd: number): void {
  if (direct()) libc('close', 'close', undefined, fd)
  else fs().closeSync(fd)
}

/** read(2) into the whole buffer; 0 at end of file. */
export function readSync(fd: number, buffer: Uint8Array): number {
  return direct() ? libc('read', 'read', undefined, fd, buffer, buffer.length) : fs().readSync(fd, buffer)
}

/** write(2) of the buffer from `offset` on; gives the number of bytes taken. */
export function writeSync(fd: number, buffer: Uint8Array, offset = 0): number {
  if (!direct()) return fs().writeSync(fd, buffer, offset)
  const rest = buffer.subarray(offset)
  return libc('write', 'write', undefined, fd, rest, rest.length)
}

/** Writes the whole text to a blocking descriptor, also when the kernel takes it in pieces. */
export function writeAll(fd: number, text: string): void {
  const bytes = encode(text)
  for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at)
}

/** rename(2). */
export function renameSync(from: string, to: string): void {
  if (direct()) libc('rename', 'rename', from, cString(from), cString(to))
  else fs().renameSync(from, to)
}

/** A whole file as text; a FIFO in its place is not waited for. */
export function readFileSync(path: string, encoding: 'utf8'): string {
  const fd = openSync(path, abi.open.NONBLOCK)
  try {
    if (!direct()) return fs().readFileSync(fd, encoding)
    // A state file fits in a page, with room to see its end.
    let bytes: Uint8Array = new Uint8Array(4096)
    for (let length = 0; ; ) {
      const size = readSync(fd, length === 0 ? bytes : bytes.subarray(length))
      if (size === 0) return decode(bytes.subarray(0, length))
      length += size
      if (length === bytes.length) bytes = concatenate([bytes, new Uint8Array(length * 3)])
    }
  } finally {
    closeSync(fd)
  }
}
