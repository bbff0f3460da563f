/** System calls under Bun. */
import type { Abi } from '../abi/abi.ts'
import type { CFunctionName, CPointer, Ffi, Signature } from './signatures.ts'
import { getpidOnThread } from './thread.ts'

/** The part of `bun:ffi` that is used. */
interface BunFfi {
  dlopen(
    library: string,
    symbols: Record<string, { args: readonly string[]; returns: string }>,
  ): { symbols: Record<string, ((...args: (CPointer | number)[]) => number) & { ptr: number }> }
  ptr(memory: Uint8Array): number
  read: { i32(address: number): number }
}

/**
 * Opens the C library. `process.getBuiltinModule` instead of an import: no bundler follows it, so the bundle for Node
 * has no trace of `bun:ffi`.
 */
export function openBunFfi(abi: Abi): Ffi {
  const { dlopen, ptr, read } = process.getBuiltinModule('bun:ffi') as unknown as BunFfi
  const open = (name: string, args: readonly string[], returns: string, library = abi.libc) =>
    dlopen(library, { [name]: { args, returns } }).symbols[name]!
  // Looked up before anything can fail: dlopen itself changes errno.
  const errnoAddress = open(abi.errnoFunction, [], 'ptr')
  return {
    lookup(name: CFunctionName, signature: Signature) {
      // i64_fast gives a number instead of a bigint.
      return open(name, signature.args, signature.result === 'i64' ? 'i64_fast' : signature.result)
    },
    addressOf: ptr,
    errno: () => read.i32(errnoAddress()),
    getpidOnThread: () =>
      getpidOnThread(
        (name, { args, result }) => open(name, args, result, abi.threads),
        open('getpid', [], 'i32').ptr,
      ),
  }
}
