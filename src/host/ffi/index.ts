/** System calls for the rest of this folder: opened on first use, errors by errno name. */
import { JailwrightError, SyscallError } from '../../errors.ts'
import { errorText } from '../abi/error-text.ts'
import { abi } from '../abi/index.ts'
import { openBunFfi } from './bun.ts'
import { openKoffi } from './koffi.ts'
import { decode, encode, type Memory, memory } from './memory.ts'
import { type CArguments, type CFunctionName, type CPointer, type Ffi, signatures } from './signatures.ts'

let ffi: Ffi | undefined
const functions = new Map<CFunctionName, (...args: (CPointer | number)[]) => number>()

function engine(): Ffi {
  ffi ??= process.versions.bun === undefined ? openKoffi(abi) : openBunFfi(abi)
  return ffi
}

function lookup(name: CFunctionName): (...args: (CPointer | number)[]) => number {
  let fn = functions.get(name)
  if (fn === undefined) {
    fn = engine().lookup(name, signatures[name])
    functions.set(name, fn)
  }
  return fn
}

/**
 * Looks functions up ahead of time. After jail_attach(2) the library search path is that of a hostile root: nothing
 * may be opened by name there.
 */
export function prepare(names: readonly CFunctionName[]): void {
  for (const name of names) lookup(name)
}

/**
 * Lets a thread of this process end, and gives its pid. The first end of a thread makes FreeBSD's libthr open the
 * library of the stack unwinder by its path (lib/libthr/thread/thr_exit.c, thread_uw_init), and rtld runs what it finds
 * there. The engine's idle threads end after ten seconds: in a jail that would be code of the image, run as root.
 */
export function endThread(): number {
  return engine().getpidOnThread()
}

/** Calls a C function and gives its result as it is, failures (-1) included; `lastErrno` then tells why. */
export function call<N extends CFunctionName>(name: N, ...args: CArguments<N>): number {
  return lookup(name)(...(args as (CPointer | number)[]))
}

/** errno's name right after a `call` that gave -1 (`EIO` and the like; `errno N` for a number without a name). */
export function lastErrno(): string {
  const number = engine().errno()
  return abi.errnoName(number) ?? `errno ${number}`
}

/** A SyscallError for the `call` that has just failed. `subject` is the object concerned, `text` the kernel's own words. */
export function lastError(name: string, subject?: string, text?: string): SyscallError {
  const errno = lastErrno()
  return new SyscallError(name, errno, text ? `${text}: ${errorText(errno)}` : errorText(errno), subject)
}

/** Calls a C function and throws SyscallError when it gives -1; an interrupted call (EINTR) is repeated. */
export function check<N extends CFunctionName>(
  name: N,
  subject: string | undefined,
  ...args: CArguments<N>
): number {
  for (;;) {
    const result = call(name, ...args)
    if (result !== -1) return result
    const errno = lastErrno()
    if (errno !== 'EINTR') throw new SyscallError(name, errno, errorText(errno), subject)
  }
}

/** Address of memory made by `memory` or `cString`. */
export function addressOf(bytes: Uint8Array): number {
  return engine().addressOf(bytes)
}

/**
 * A NUL-terminated UTF-8 string, at a fixed address (an encoder's result is outside V8's moving heap, and JavaScriptCore
 * moves nothing). A NUL inside would cut it short behind the back of every check: an error.
 */
export function cString(text: string): Uint8Array<ArrayBuffer> {
  if (text.includes('\0'))
    throw new JailwrightError('HOST', `${JSON.stringify(text)}: a NUL character is not allowed`)
  return encode(`${text}\0`)
}

/** Memory of a `char *[]` that ends with NULL. `keep` must stay reachable as long as `array`. */
export function stringArray(texts: readonly string[]): { array: Memory; keep: readonly Uint8Array[] } {
  const keep = texts.map(cString)
  const array = memory((texts.length + 1) * 8)
  keep.forEach((bytes, index) => {
    array.writeBigUInt64LE(BigInt(addressOf(bytes)), index * 8)
  })
  return { array, keep }
}

/** The string that ends with the first NUL at or after `offset`. */
export function readString(bytes: Uint8Array, offset = 0): string {
  const end = bytes.indexOf(0, offset)
  return decode(bytes.subarray(offset, end === -1 ? bytes.length : end))
}
