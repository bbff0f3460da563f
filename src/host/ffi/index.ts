/** System calls for the rest of this folder: looked up on first use, errors by errno name. */
import { JailwrightError, SyscallError } from '../../errors.ts'
import { errorText } from '../abi/error-text.ts'
import { abi } from '../abi/index.ts'
import type { CFunction } from '../engine/engine.ts'
import { engine } from '../engine/index.ts'
import { encodeName, nameOf } from './file-names.ts'
import { type Memory, memory } from './memory.ts'
import { type CArguments, type CFunctionName, type CPointer, signatures } from './signatures.ts'

const functions: Partial<Record<CFunctionName, CFunction>> = {}

function lookup(name: CFunctionName): CFunction {
  let fn = functions[name]
  if (fn === undefined) {
    fn = engine.ffi.lookup(name, signatures[name])
    functions[name] = fn
  }
  return fn
}

/** Looks functions up ahead of time: in a jail no library may be opened by name. The native program has them all. */
export function prepare(names: readonly CFunctionName[]): void {
  for (const name of names) lookup(name)
}

/** Calls a C function and gives its result as it is, failures (-1) included; `lastErrno` then tells why. */
export function call<N extends CFunctionName>(name: N, ...args: CArguments<N>): number {
  return lookup(name)(...(args as (CPointer | number)[]))
}

/** Name of an errno by its number (`EIO` and the like; `errno N` for a number without a name). */
export function errnoName(number: number): string {
  return abi.errnoName(number) ?? `errno ${number}`
}

/** errno's name right after a `call` that gave -1. */
export function lastErrno(): string {
  return errnoName(engine.ffi.errno())
}

/** A SyscallError by errno name. `subject` is the object concerned, `text` the kernel's own words. */
export function failure(name: string, errno: string, subject?: string, text?: string): SyscallError {
  return new SyscallError(name, errno, text ? `${text}: ${errorText(errno)}` : errorText(errno), subject)
}

/** A SyscallError for the `call` that has just failed. */
export function lastError(name: string, subject?: string, text?: string): SyscallError {
  return failure(name, lastErrno(), subject, text)
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
    if (errno !== 'EINTR') throw failure(name, errno, subject)
  }
}

/** Address of memory made by `memory` or `cString`. */
export function addressOf(bytes: Uint8Array): number {
  return engine.ffi.addressOf(bytes)
}

/**
 * A NUL-terminated string in UTF-8 at a fixed address; half characters that stand for bytes of a file's name (`nameOf`)
 * become those bytes. A NUL inside would cut it short behind the back of every check: an error.
 */
export function cString(text: string): Uint8Array<ArrayBuffer> {
  if (text.includes('\0'))
    throw new JailwrightError('HOST', `${JSON.stringify(text)}: a NUL character is not allowed`)
  return encodeName(`${text}\0`)
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

/** The string that ends with the first NUL at or after `offset`; bytes that are no UTF-8 are kept as `nameOf` does. */
export function readString(bytes: Uint8Array, offset = 0): string {
  const end = bytes.indexOf(0, offset)
  return nameOf(bytes.subarray(offset, end === -1 ? bytes.length : end))
}
