/** System calls under Node. */
import type { Abi } from '../abi/abi.ts'
import type { CFunctionName, CType, Ffi, Signature } from './signatures.ts'
import { getpidOnThread } from './thread.ts'

const TYPES: Readonly<Record<CType | 'i64', string>> = {
  i32: 'int',
  u32: 'unsigned int',
  u64: 'uint64_t',
  i64: 'int64_t',
  ptr: 'void *',
}

/**
 * Opens the C library. koffi is found at run time beside the bundle; a static import would make Bun's compiler take it
 * into the executable.
 */
export function openKoffi(abi: Abi): Ffi {
  const { createRequire } = process.getBuiltinModule('node:module')
  const koffi = createRequire(import.meta.url)('koffi') as typeof import('koffi')
  const library = koffi.load(abi.libc)
  const open = (from: typeof library, name: string, signature: Signature) =>
    from.func(
      name,
      TYPES[signature.result ?? 'i32'],
      signature.args.map(type => TYPES[type]),
    )
  return {
    lookup: (name: CFunctionName, signature: Signature) => open(library, name, signature),
    addressOf: memory => Number(koffi.address(memory)),
    errno: () => koffi.errno(),
    getpidOnThread: () => {
      const threads = koffi.load(abi.threads)
      return getpidOnThread(
        (name, signature) => open(threads, name, signature),
        Number(koffi.address(library.symbol('getpid'))),
      )
    },
  }
}
