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
  readonly result: CResult
}

function int<const A extends readonly CType[]>(...args: A): { readonly args: A; readonly result: 'i32' } {
  return { args, result: 'i32' }
}

export const signatures = {
  // Processes
  execve: int('ptr', 'ptr', 'ptr'),
  setsid: int(),
  _exit: int('i32'),
  fchdir: int('i32'),
  chroot: int('ptr'),
  setgroups: int('u64', 'ptr'),
  setgid: int('u32'),
  setuid: int('u32'),
  getrlimit: int('i32', 'ptr'),
  setrlimit: int('i32', 'ptr'),
  sigaction: int('i32', 'ptr', 'ptr'),
  sigprocmask: int('i32', 'ptr', 'ptr'),
  // Descriptors and files
  dup2: int('i32', 'i32'),
  close: int('i32'),
  read: { args: ['i32', 'ptr', 'u64'], result: 'i64' },
  write: { args: ['i32', 'ptr', 'u64'], result: 'i64' },
  rename: int('ptr', 'ptr'),
  fstat: int('i32', 'ptr'),
  stat: int('ptr', 'ptr'),
  fcntl: int('i32', 'i32', 'u64'),
  ioctl: int('i32', 'u64', 'ptr'),
  close_range: int('u32', 'u32', 'i32'),
  flock: int('i32', 'i32'),
  mkfifo: int('ptr', 'u32'),
  openat: int('i32', 'ptr', 'i32', 'u32'),
  mkdirat: int('i32', 'ptr', 'u32'),
  readlinkat: { args: ['i32', 'ptr', 'ptr', 'u64'], result: 'i64' },
  // Terminals
  posix_openpt: int('i32'),
  grantpt: int('i32'),
  unlockpt: int('i32'),
  cfmakeraw: int('ptr'),
  tcgetattr: int('i32', 'ptr'),
  tcsetattr: int('i32', 'i32', 'ptr'),
  // Sockets
  socket: int('i32', 'i32', 'i32'),
  connect: int('i32', 'ptr', 'u32'),
  connectat: int('i32', 'i32', 'ptr', 'u32'),
  sendmsg: { args: ['i32', 'ptr', 'i32'], result: 'i64' },
  // FreeBSD
  nmount: int('ptr', 'u32', 'i32'),
  unmount: int('ptr', 'i32'),
  statfs: int('ptr', 'ptr'),
  getfsstat: int('ptr', 'u64', 'i32'),
  jail_attach: int('i32'),
  jail_remove: int('i32'),
  jail_get: int('ptr', 'u32', 'i32'),
  sysctl: int('ptr', 'u32', 'ptr', 'ptr', 'ptr', 'u64'),
  sysctlnametomib: int('ptr', 'ptr', 'ptr'),
  procctl: int('i32', 'u64', 'i32', 'ptr'),
  // Linux
  setns: int('i32', 'i32'),
  syscall: { args: ['u64', 'u64', 'u64', 'ptr'], result: 'i64' },
  prctl: int('i32', 'u64', 'u64', 'u64', 'u64'),
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
  pthread_create: int('ptr', 'ptr', 'ptr', 'ptr'),
  pthread_join: int('u64', 'ptr'),
} as const satisfies Record<string, Signature>
