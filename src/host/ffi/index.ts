/** Calls of C functions, which are looked up when they are first used, and their errors by the name of the errno. */
import { JailwrightError, SyscallError } from '../../errors.ts'
import { errorText } from '../abi/error-text.ts'
import { abi } from '../abi/index.ts'
import type { CFunction } from '../engine/engine.ts'
import { engine } from '../engine/index.ts'
import { encodeName, nameOf } from './file-names.ts'
import { type Memory, memory } from './memory.ts'
import type { CArguments, CFunctionName, CPointer } from './signatures.ts'

const functions: Partial<Record<CFunctionName, CFunction>> = {}

function lookup(name: CFunctionName): CFunction {
  let fn = functions[name]
  if (fn === undefined) {
    fn = engine.ffi.lookup(name)
    functions[name] = fn
  }
  return fn
}

/**
 * Looks functions up in advance. Inside a jail, Node must not open a library by name; the native program contains all
 * functions.
 */
export function prepare(names: readonly CFunctionName[]): void {
  for (const name of names) lookup(name)
}

/** Calls a C function and gives its result. The result -1 means a failure, whose reason `lastErrno` gives. */
export function call<N extends CFunctionName>(name: N, ...args: CArguments<N>): number {
  return lookup(name)(...(args as (CPointer | number)[]))
}

/** Gives the name of an errno, such as `EIO`, by its number; `errno N` for a number without a name. */
export function errnoName(number: number): string {
  return abi.errnoName(number) ?? `errno ${number}`
}

/** Gives the name of errno directly after a `call` that has given -1. */
export function lastErrno(): string {
  return errnoName(engine.ffi.errno())
}

/** Makes a SyscallError by the name of the errno. `subject` is the object concerned, `text` the kernel's message. */
export function failure(name: string, errno: string, subject?: string, text?: string): SyscallError {
  return new SyscallError(name, errno, text ? `${text}: ${errorText(errno)}` : errorText(errno), subject)
}

/** Makes a SyscallError for the `call` that has just failed. */
export function lastError(name: string, subject?: string, text?: string): SyscallError {
  return failure(name, lastErrno(), subject, text)
}

/**
 * Calls a C function and gives its result; throws a SyscallError when the result is -1. An interrupted call (EINTR) is
 * repeated.
 */
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

/** Gives the address of bytes that `memory` or `cString` has made. */
export function addressOf(bytes: Uint8Array): number {
  return engine.ffi.addressOf(bytes)
}

/**
 * Gives a NUL-terminated string in UTF-8 at a fixed address; a lone surrogate that stands for a byte (`nameOf`) becomes that
 * byte. A text with a NUL is an error, because C would read a shorter text than the one that was checked.
 */
export function cString(text: string): Uint8Array<ArrayBuffer> {
  if (text.includes('\0'))
    throw new JailwrightError('HOST', `${JSON.stringify(text)}: a NUL character is not allowed`)
  return encodeName(`${text}\0`)
}

/** Gives a `char *[]` that ends with NULL. `keep` holds the strings, so it must stay reachable as long as `array` is used. */
export function stringArray(texts: readonly string[]): { array: Memory; keep: readonly Uint8Array[] } {
  const keep = texts.map(cString)
  const array = memory((texts.length + 1) * 8)
  keep.forEach((bytes, index) => {
    array.writeBigUInt64(BigInt(addressOf(bytes)), index * 8)
  })
  return { array, keep }
}

/** Gives the string from `offset` to the next NUL; bytes that are no UTF-8 are represented as `nameOf` does it. */
export function readString(bytes: Uint8Array, offset = 0): string {
  const end = bytes.indexOf(0, offset)
  return nameOf(bytes.subarray(offset, end === -1 ? bytes.length : end))
}
