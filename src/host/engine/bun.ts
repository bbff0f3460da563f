/** System calls under Bun, which runs the program until the native one is built. */
import type { CPointer, CType } from '../ffi/signatures.ts'
import type { CFunction, Ffi } from './engine.ts'

/** The part of Bun's FFI that is used. */
interface BunFfi {
  dlopen(
    library: string,
    symbols: Record<string, { args: readonly string[]; returns: string }>,
  ): { symbols: Record<string, CFunction> }
  ptr(memory: Uint8Array): number
  read: { i32(address: number): number }
  toArrayBuffer?(address: number, offset: number, length: number): ArrayBuffer
}

/** What `bun:ffi` itself is made of: the module costs a tenth of the start of an empty program. */
function bunFfi(): BunFfi {
  const { FFI } = (globalThis as unknown as { Bun: { FFI?: BunFfi } }).Bun
  return FFI ?? (process.getBuiltinModule('bun:ffi') as unknown as BunFfi)
}

/** Opens the C library. */
export function openBunFfi(platform: 'freebsd' | 'linux', libc: string): Ffi {
  const { dlopen, ptr, read } = bunFfi()
  const open = (name: string, args: readonly string[], returns: string) =>
    dlopen(libc, { [name]: { args, returns } }).symbols[name]!
  // Looked up before anything can fail: dlopen itself changes errno.
  const errnoAddress = open(platform === 'freebsd' ? '__error' : '__errno_location', [], 'ptr')
  return {
    lookup(name, { args, result = 'i32' }) {
      // i64_fast gives a number instead of a bigint.
      return toInt32(args, open(name, args, result === 'i32' ? result : 'i64_fast'))
    },
    addressOf: ptr,
    copy: (address, length) => {
      const { toArrayBuffer } = process.getBuiltinModule('bun:ffi') as unknown as BunFfi
      return new Uint8Array(toArrayBuffer!(address, 0, length)).slice()
    },
    errno: () => read.i32(errnoAddress()),
  }
}

/**
 * The engine takes the low half of a value for an int, which is right only for a number that it keeps as one: `| 0`
 * makes it so (unsigned ones keep their bits). Numbers in the other types, views of memory and null go through as they
 * are.
 */
function toInt32(types: readonly CType[], native: CFunction): CFunction {
  return (...args: (CPointer | number)[]) => {
    for (let at = 0; at < args.length; at++) {
      if (types[at] === 'i32' || types[at] === 'u32') args[at] = (args[at] as number) | 0
    }
    return native(...args)
  }
}

/** Set in the environment of a Bun that was started with signals blocked. */
const RESTARTED = 'JAILWRIGHT_RESTARTED'

/**
 * Starts Bun again in this same process, once: threads inherit what their process has blocked when it starts, and those
 * that are there already would take the signals.
 */
export function restartBunOnce(command: readonly [string, ...string[]]): void {
  const { env } = process
  if (env[RESTARTED] !== undefined) return
  const { dlopen, ptr } = bunFfi()
  const keep: Uint8Array[] = []
  const text = (value: string) => {
    const bytes = new TextEncoder().encode(`${value}\0`)
    keep.push(bytes)
    return ptr(bytes)
  }
  const list = (values: readonly string[]) => {
    const pointers = BigUint64Array.from([...values.map(value => BigInt(text(value))), 0n])
    const bytes = new Uint8Array(pointers.buffer)
    keep.push(bytes)
    return bytes
  }
  const libc = process.platform === 'freebsd' ? 'libc.so.7' : 'libc.so.6'
  const { execve } = dlopen(libc, { execve: { args: ['ptr', 'ptr', 'ptr'], returns: 'i32' } }).symbols
  const [program, ...first] = command
  const argv = list([process.argv0, ...first, ...process.argv.slice(2)])
  const environment = list([
    ...Object.entries(env).map(([name, value]) => `${name}=${value}`),
    `${RESTARTED}=1`,
  ])
  execve!(text(program) as never, argv, environment)
}
