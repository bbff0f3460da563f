/** What the program asks of the engine that runs it: QuickJS in the product, Node in development and tests. */

import type { CPointer, Signature } from '../ffi/signatures.ts'

/** A C function as JavaScript calls it; numbers are integers, up to 2^53 in 64-bit arguments. */
export type CFunction = (...args: (CPointer | number)[]) => number

/** Calls of C functions. */
export interface Ffi {
  /** A C function by name; throws when there is none. */
  lookup(name: string, signature: Signature): CFunction
  /** Address of memory that is not moved while the array is reachable. */
  addressOf(memory: Uint8Array): number
  /** Copy of `length` bytes at an address. */
  copy(address: number, length: number): Uint8Array
  /** errno of the last call that gave -1 (or NULL); means something only at once after it. */
  errno(): number
}

/** Names of signals without SIG, and who sent one: pid 0 where the engine or the kernel cannot tell. */
export interface CaughtSignal {
  readonly name: string
  readonly pid: number
}

/** Waiting for signals in an engine whose other threads would take them. */
export interface SignalQueue {
  /** Takes these signals from now on; calling what is given back makes them usual again. */
  take(names: readonly string[]): () => void
  /** The next of these that has come since `take`, without waiting. */
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
  /** Evaluates a part of the program that was built apart, once, and gives its exports. */
  part(name: string): unknown
  /** Milliseconds of the clock that nobody sets, with fractions. */
  monotonicMs(): number
  /** A text in UTF-8; a lone surrogate becomes U+FFFD. */
  encode(text: string): Uint8Array<ArrayBuffer>
  /** Bytes as text; what is no UTF-8 becomes U+FFFD. */
  decode(bytes: Uint8Array): string
  readonly ffi: Ffi
  /** Present where sigtimedwait(2) does not work because the engine has threads of its own. */
  readonly signals?: SignalQueue
  /** What an engine with threads, but without `signals`, does once signals are blocked: it may start again and not return. */
  afterBlocking?(): void
  /** True where the engine has raised the soft limit of descriptors at its start. */
  readonly raisesDescriptors: boolean
}
