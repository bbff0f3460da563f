/** System calls under Bun. */
import type { Abi } from '../abi/abi.ts'
import type { CFunctionName, CPointer, CType, Ffi, Signature } from './signatures.ts'
import { getpidOnThread } from './thread.ts'

/** The part of Bun's FFI that is used. */
interface BunFfi {
  dlopen(
    library: string,
    symbols: Record<string, { args: readonly string[]; returns: string }>,
  ): { symbols: Record<string, ((...args: (CPointer | number)[]) => number) & { ptr: number }> }
  ptr(memory: Uint8Array): number
  read: { i32(address: number): number }
}

/**
 * What `bun:ffi` itself is made of. The module costs a tenth of the start of an empty program: it makes a JavaScript
 * function out of text for every function of C, whose only work is what `toInt32` does here. `process.getBuiltinModule`
 * instead of an import: no bundler follows it, so the bundle for Node has no trace of `bun:ffi`.
 */
function bunFfi(): BunFfi {
  const { FFI } = (globalThis as unknown as { Bun: { FFI?: BunFfi } }).Bun
  return FFI ?? (process.getBuiltinModule('bun:ffi') as unknown as BunFfi)
}

/** Opens the C library. */
export function openBunFfi(abi: Abi): Ffi {
  const { dlopen, ptr, read } = bunFfi()
  const open = (name: string, args: readonly string[], returns: string, library = abi.libc) =>
    dlopen(library, { [name]: { args, returns } }).symbols[name]!
  // Looked up before anything can fail: dlopen itself changes errno.
  const errnoAddress = open(abi.errnoFunction, [], 'ptr')
  return {
    lookup(name: CFunctionName, signature: Signature) {
      const { args, result = 'i32' } = signature
      // i64_fast gives a number instead of a bigint.
      return toInt32(args, open(name, args, result === 'i64' ? 'i64_fast' : result))
    },
    addressOf: ptr,
    errno: () => read.i32(errnoAddress()),
    getpidOnThread: () =>
      getpidOnThread(
        (name, { args, result = 'i32' }) => open(name, args, result, abi.threads),
        open('getpid', [], 'i32').ptr,
      ),
  }
}

/**
 * The engine takes the low half of a value for an int, which is right only for a number that it keeps as one: `| 0`
 * makes it so (unsigned ones keep their bits). Numbers in the other types, views of memory and null go through as they
 * are.
 */
function toInt32(
  types: readonly CType[],
  native: (...args: (CPointer | number)[]) => number,
): (...args: (CPointer | number)[]) => number {
  return (...args) => {
    for (let at = 0; at < args.length; at++) {
      if (types[at] === 'i32' || types[at] === 'u32') args[at] = (args[at] as number) | 0
    }
    return native(...args)
  }
}
