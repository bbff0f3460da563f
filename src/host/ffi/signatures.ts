/**
 * The one table of C functions that are called: names, argument types, result. Both adapters read it. A function is
 * looked up when it is first used, so a name that exists on one host only costs the other nothing.
 *
 * Variadic functions (fcntl, ioctl, openat, prctl) stand here with fixed arguments: on amd64 and arm64 under
 * FreeBSD and Linux integer and pointer arguments go into the same registers either way.
 */

/** C types: int, unsigned int, 64-bit unsigned (also size_t and unsigned long), a pointer. */
export type CType = 'i32' | 'u32' | 'u64' | 'ptr'

/** Results: int, or ssize_t. */
export type CResult = 'i32' | 'i64'

/** A pointer argument: memory, an address, or NULL. */
export type CPointer = Uint8Array | number | null

export interface Signature {
  readonly args: readonly CType[]
  /** `i32` where nothing is said. */
  readonly result?: CResult
}

/** Rows of data without a call: fifty calls of one function are what makes the engine start its compiler's threads. */
export const signatures = {
  // Processes
  execve: { args: ['ptr', 'ptr', 'ptr'] },
  setsid: { args: [] },
  _exit: { args: ['i32'] },
  fchdir: { args: ['i32'] },
  chroot: { args: ['ptr'] },
  setgroups: { args: ['u64', 'ptr'] },
  setgid: { args: ['u32'] },
  setuid: { args: ['u32'] },
  getrlimit: { args: ['i32', 'ptr'] },
  setrlimit: { args: ['i32', 'ptr'] },
  sigaction: { args: ['i32', 'ptr', 'ptr'] },
  sigprocmask: { args: ['i32', 'ptr', 'ptr'] },
  // Descriptors and files
  dup2: { args: ['i32', 'i32'] },
  close: { args: ['i32'] },
  read: { args: ['i32', 'ptr', 'u64'], result: 'i64' },
  write: { args: ['i32', 'ptr', 'u64'], result: 'i64' },
  rename: { args: ['ptr', 'ptr'] },
  fstat: { args: ['i32', 'ptr'] },
  fchownat: { args: ['i32', 'ptr', 'u32', 'i32', 'i32'] },
  stat: { args: ['ptr', 'ptr'] },
  fcntl: { args: ['i32', 'i32', 'u64'] },
  ioctl: { args: ['i32', 'u64', 'ptr'] },
  close_range: { args: ['u32', 'u32', 'i32'] },
  flock: { args: ['i32', 'i32'] },
  mkfifo: { args: ['ptr', 'u32'] },
  openat: { args: ['i32', 'ptr', 'i32', 'u32'] },
  mkdirat: { args: ['i32', 'ptr', 'u32'] },
  readlinkat: { args: ['i32', 'ptr', 'ptr', 'u64'], result: 'i64' },
  // Terminals
  posix_openpt: { args: ['i32'] },
  grantpt: { args: ['i32'] },
  unlockpt: { args: ['i32'] },
  cfmakeraw: { args: ['ptr'] },
  tcgetattr: { args: ['i32', 'ptr'] },
  tcsetattr: { args: ['i32', 'i32', 'ptr'] },
  // Sockets
  socket: { args: ['i32', 'i32', 'i32'] },
  connect: { args: ['i32', 'ptr', 'u32'] },
  connectat: { args: ['i32', 'i32', 'ptr', 'u32'] },
  sendmsg: { args: ['i32', 'ptr', 'i32'], result: 'i64' },
  // FreeBSD
  nmount: { args: ['ptr', 'u32', 'i32'] },
  unmount: { args: ['ptr', 'i32'] },
  statfs: { args: ['ptr', 'ptr'] },
  getfsstat: { args: ['ptr', 'u64', 'i32'] },
  jail_attach: { args: ['i32'] },
  jail_remove: { args: ['i32'] },
  jail_get: { args: ['ptr', 'u32', 'i32'] },
  sysctl: { args: ['ptr', 'u32', 'ptr', 'ptr', 'ptr', 'u64'] },
  sysctlnametomib: { args: ['ptr', 'ptr', 'ptr'] },
  procctl: { args: ['i32', 'u64', 'i32', 'ptr'] },
  // Linux
  setns: { args: ['i32', 'i32'] },
  syscall: { args: ['u64', 'u64', 'u64', 'ptr'], result: 'i64' },
  prctl: { args: ['i32', 'u64', 'u64', 'u64', 'u64'] },
  prlimit: { args: ['i32', 'i32', 'ptr', 'ptr'] },
} as const satisfies Record<string, Signature>

export type CFunctionName = keyof typeof signatures

type Argument<T extends CType> = T extends 'ptr' ? CPointer : number

type Arguments<A extends readonly CType[]> = { -readonly [K in keyof A]: Argument<A[K]> }

/** The argument list of a function of the table. */
export type CArguments<N extends CFunctionName> = Arguments<(typeof signatures)[N]['args']>

/** What an engine has to provide. */
export interface Ffi {
  /** Looks a function up; throws when the library has none of that name. */
  lookup(name: CFunctionName, signature: Signature): (...args: (CPointer | number)[]) => number
  /** Address of memory that is not moved while the array is reachable. */
  addressOf(memory: Uint8Array): number
  /** errno; means something only at once after a call that failed. */
  errno(): number
  /** Calls getpid(2) on a thread of its own, waits until the thread has ended, and gives what it returned. */
  getpidOnThread(): number
}

/** pthread_create(3) and pthread_join(3), which `Ffi.getpidOnThread` is made of. */
export const threadSignatures = {
  pthread_create: { args: ['ptr', 'ptr', 'ptr', 'ptr'] },
  pthread_join: { args: ['u64', 'ptr'] },
} as const satisfies Record<string, Signature>
