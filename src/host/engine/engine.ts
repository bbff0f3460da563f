/** What the program needs from its engine, which is QuickJS in the product and Node in development and in tests. */

import type { CFunctionName, CPointer } from '../ffi/signatures.ts'

/** A C function as JavaScript calls it. Numbers are integers; a 64-bit argument is at most 2^53. */
export type CFunction = (...args: (CPointer | number)[]) => number

/** Calls of C functions. */
export interface Ffi {
  /** Gives a C function by name; throws when the function does not exist. */
  lookup(name: CFunctionName): CFunction
  /** Gives the address of memory, which the engine does not move while the array is reachable. */
  addressOf(memory: Uint8Array): number
  /** Gives a copy of `length` bytes at an address. */
  copy(address: number, length: number): Uint8Array
  /** Gives errno of the last call that returned -1 or NULL; it is valid only directly after that call. */
  errno(): number
}

/** A signal by its name without SIG, and the pid of its sender; 0 where the engine or the kernel cannot tell. */
export interface CaughtSignal {
  readonly name: string
  readonly pid: number
}

/** Waiting for signals in an engine with several threads, where another thread would get a signal that one thread blocks. */
export interface SignalQueue {
  /** Collects these signals from now on; the function that it gives restores their former effect. */
  take(names: readonly string[]): () => void
  /** Gives the next of these signals that has come since `take`; undefined when none has. */
  next(names: readonly string[]): CaughtSignal | undefined
}

/** The engine that runs the program. */
export interface Engine {
  /** The name by which the program was called, followed by its arguments. */
  readonly argv: readonly string[]
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Name and version of the engine, for `--version`. */
  readonly version: string
  /** The operating system that the program runs on. */
  readonly platform: 'freebsd' | 'linux'
  readonly arch: 'x64' | 'arm64' | 'riscv64' | 'ppc64'
  /** Absolute path of the executable that this process runs. */
  readonly execPath: string
  /** Program and first arguments that start this program again, without its own arguments. */
  readonly command: readonly [program: string, ...args: string[]]
  /** getpid(2). */
  pid(): number
  /** getppid(2). */
  parentPid(): number
  /** Ends the process at once with this status. */
  exit(status: number): never
  /** Gives the exports of a part of the program that is built separately; the first call evaluates the part. */
  part(name: string): unknown
  /** Gives the time of the monotonic clock in milliseconds, with fractions. */
  monotonicMs(): number
  /** Gives the bytes of a text in UTF-8; a lone surrogate becomes U+FFFD. */
  encode(text: string): Uint8Array<ArrayBuffer>
  /** Gives the text of UTF-8 bytes; an invalid sequence becomes U+FFFD. */
  decode(bytes: Uint8Array): string
  readonly ffi: Ffi
  /** Present where sigtimedwait(2) does not work because the engine has threads of its own. */
  readonly signals?: SignalQueue
  /** True for an engine that raises the soft limit of descriptors when it starts. */
  readonly raisesDescriptors: boolean
}
