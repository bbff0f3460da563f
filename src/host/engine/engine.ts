/** The functions that the program needs from its engine: QuickJS in the product, Node in development and tests. */

import type { CPointer, Signature } from '../ffi/signatures.ts'

/** A C function as JavaScript calls it. Numbers are integers; 64-bit arguments are up to 2^53. */
export type CFunction = (...args: (CPointer | number)[]) => number

/** Calls of C functions. */
export interface Ffi {
  /** A C function by name; throws when there is none. */
  lookup(name: string, signature: Signature): CFunction
  /** The address of the memory, which the engine does not move while the array is reachable. */
  addressOf(memory: Uint8Array): number
  /** Copy of `length` bytes at an address. */
  copy(address: number, length: number): Uint8Array
  /** errno of the last call that gave -1 or NULL; valid only directly after that call. */
  errno(): number
}

/** A signal by its name without SIG, and the pid of its sender; 0 where the engine or the kernel cannot tell. */
export interface CaughtSignal {
  readonly name: string
  readonly pid: number
}

/** Waiting for signals in an engine whose other threads would take signals that are only blocked. */
export interface SignalQueue {
  /** Takes these signals from now on; the function that it gives restores their former effect. */
  take(names: readonly string[]): () => void
  /** The next of these signals that has come since `take`; undefined when none has. */
  next(names: readonly string[]): CaughtSignal | undefined
}

/** The engine that runs the program. */
export interface Engine {
  /** The name by which the program was called, then its arguments. */
  readonly argv: readonly string[]
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Name and version of the engine, for `--version`. */
  readonly version: string
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
  /** Milliseconds of the monotonic clock, with fractions. */
  monotonicMs(): number
  /** The bytes of a text in UTF-8; a lone surrogate becomes U+FFFD. */
  encode(text: string): Uint8Array<ArrayBuffer>
  /** The text of UTF-8 bytes; invalid sequences become U+FFFD. */
  decode(bytes: Uint8Array): string
  readonly ffi: Ffi
  /** Present where sigtimedwait(2) does not work because the engine has threads of its own. */
  readonly signals?: SignalQueue

  /** True where the engine has raised the soft limit of descriptors at its start. */
  readonly raisesDescriptors: boolean
}
