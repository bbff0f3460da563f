/**
 * The Linux calls that the simulated host needs and that JavaScript does not have, through bun:ffi. All are synchronous
 * and act on the calling (main) thread, which is what setns(2) and unshare(2) need.
 */
import { dlopen, type Pointer, ptr, read } from 'bun:ffi'

const lib = dlopen('libc.so.6', {
  __errno_location: { args: [], returns: 'ptr' },
  unshare: { args: ['int'], returns: 'int' },
  setns: { args: ['int', 'int'], returns: 'int' },
  mount: { args: ['ptr', 'ptr', 'ptr', 'u64', 'ptr'], returns: 'int' },
  umount2: { args: ['ptr', 'int'], returns: 'int' },
  chroot: { args: ['ptr'], returns: 'int' },
  mknod: { args: ['ptr', 'u32', 'u64'], returns: 'int' },
  sethostname: { args: ['ptr', 'u64'], returns: 'int' },
  setdomainname: { args: ['ptr', 'u64'], returns: 'int' },
  socket: { args: ['int', 'int', 'int'], returns: 'int' },
  bind: { args: ['int', 'ptr', 'u32'], returns: 'int' },
  connect: { args: ['int', 'ptr', 'u32'], returns: 'int' },
  listen: { args: ['int', 'int'], returns: 'int' },
  accept4: { args: ['int', 'ptr', 'ptr', 'int'], returns: 'int' },
  recv: { args: ['int', 'ptr', 'u64', 'int'], returns: 'i64' },
  send: { args: ['int', 'ptr', 'u64', 'int'], returns: 'i64' },
  poll: { args: ['ptr', 'u64', 'int'], returns: 'int' },
  getsockopt: { args: ['int', 'int', 'int', 'ptr', 'ptr'], returns: 'int' },
  setsockopt: { args: ['int', 'int', 'int', 'ptr', 'u32'], returns: 'int' },
  waitpid: { args: ['int', 'ptr', 'int'], returns: 'int' },
  prctl: { args: ['int', 'u64', 'u64', 'u64', 'u64'], returns: 'int' },
  setgroups: { args: ['u64', 'ptr'], returns: 'int' },
  setgid: { args: ['u32'], returns: 'int' },
  setuid: { args: ['u32'], returns: 'int' },
  signal: { args: ['int', 'u64'], returns: 'u64' },
  close: { args: ['int'], returns: 'int' },
  fcntl: { args: ['int', 'int', 'i64'], returns: 'int' },
  ioctl: { args: ['int', 'u64', 'ptr'], returns: 'int' },
  execve: { args: ['ptr', 'ptr', 'ptr'], returns: 'int' },
  syscall: { args: ['i64', 'i64', 'i64', 'i64', 'i64', 'i64'], returns: 'i64' },
})
const c = lib.symbols

/** The raw functions, for the few places that need no checked form. */
export const libc = c

const NAMES: Record<number, string> = {
  1: 'EPERM',
  2: 'ENOENT',
  3: 'ESRCH',
  4: 'EINTR',
  5: 'EIO',
  6: 'ENXIO',
  7: 'E2BIG',
  8: 'ENOEXEC',
  9: 'EBADF',
  10: 'ECHILD',
  11: 'EAGAIN',
  12: 'ENOMEM',
  13: 'EACCES',
  14: 'EFAULT',
  15: 'ENOTBLK',
  16: 'EBUSY',
  17: 'EEXIST',
  18: 'EXDEV',
  19: 'ENODEV',
  20: 'ENOTDIR',
  21: 'EISDIR',
  22: 'EINVAL',
  23: 'ENFILE',
  24: 'EMFILE',
  25: 'ENOTTY',
  26: 'ETXTBSY',
  27: 'EFBIG',
  28: 'ENOSPC',
  29: 'ESPIPE',
  30: 'EROFS',
  31: 'EMLINK',
  32: 'EPIPE',
  34: 'ERANGE',
  35: 'EDEADLK',
  36: 'ENAMETOOLONG',
  38: 'ENOSYS',
  39: 'ENOTEMPTY',
  40: 'ELOOP',
  95: 'EOPNOTSUPP',
  98: 'EADDRINUSE',
  99: 'EADDRNOTAVAIL',
  101: 'ENETUNREACH',
  111: 'ECONNREFUSED',
}

/** A Linux call failed; `code` is the errno by name, as in Node's own errors. */
export class LibcError extends Error {
  readonly code: string
  constructor(call: string, errno: number) {
    const name = NAMES[errno] ?? `E${errno}`
    super(`${call}: ${name}`)
    this.code = name
  }
}

/** errno of the call that has just failed. */
export function errno(): number {
  return read.i32(c.__errno_location() as Pointer, 0)
}

/** Gives the result as a number, or throws `LibcError` for a negative one. */
export function check(call: string, result: number | bigint): number {
  if (Number(result) < 0) throw new LibcError(call, errno())
  return Number(result)
}

/** A copy of a text with a NUL at its end; the caller keeps the copy in a variable while C uses it. */
function cstring(text: string): Buffer {
  return Buffer.from(`${text}\0`)
}

/** The pointer of a buffer; null for null. */
function at(buffer: Uint8Array | null): Pointer | null {
  return buffer === null ? null : ptr(buffer)
}

/** Flags CLONE_* of unshare(2) on Linux. */
export const CLONE = {
  FS: 0x200,
  NEWNS: 0x20000,
  NEWUTS: 0x4000000,
  NEWIPC: 0x8000000,
  NEWPID: 0x20000000,
  NEWNET: 0x40000000,
} as const
/** Flags MS_* of mount(2) on Linux. */
export const MS = {
  RDONLY: 1,
  NOSUID: 2,
  NODEV: 4,
  NOEXEC: 8,
  REMOUNT: 32,
  NOATIME: 1024,
  BIND: 4096,
  MOVE: 8192,
  REC: 16384,
  PRIVATE: 1 << 18,
} as const

/** mount(2); an argument that is not given is `null`. */
export function mount(
  source: string | null,
  target: string,
  type: string | null,
  flags: number,
  data: string | null = null,
): void {
  const s = source === null ? null : cstring(source)
  const t = cstring(target)
  const y = type === null ? null : cstring(type)
  const d = data === null ? null : cstring(data)
  check(`mount ${target}`, c.mount(at(s), at(t), at(y), flags, at(d)))
}

/** umount2(2); flag 2 is MNT_DETACH. */
export function umount(target: string, flags = 0): void {
  const t = cstring(target)
  check(`umount ${target}`, c.umount2(at(t), flags))
}

/** unshare(2) of the main thread; NEWPID holds for its later children. */
export function unshare(flags: number): void {
  check('unshare', c.unshare(flags))
}

/** setns(2) by descriptor; `flags` 0 takes any kind of namespace. */
export function setns(fd: number, flags = 0): void {
  check('setns', c.setns(fd, flags))
}

/** chroot(2). */
export function chroot(path: string): void {
  const p = cstring(path)
  check(`chroot ${path}`, c.chroot(at(p)))
}

/** mknod(2); `mode` with the file type bits, device by major and minor. */
export function mknod(path: string, mode: number, major: number, minor: number): void {
  const p = cstring(path)
  check(`mknod ${path}`, c.mknod(at(p), mode, (major << 8) | (minor & 0xff) | ((minor & ~0xff) << 12)))
}

/** sethostname(2) of the current UTS namespace. */
export function sethostname(name: string): void {
  const n = Buffer.from(name)
  check('sethostname', c.sethostname(n.length === 0 ? null : ptr(n), n.length))
}

/** pivot_root(2) to the current directory; the old root is unmounted. */
export function pivotRootHere(): void {
  const dot = cstring('.')
  const nr = process.arch === 'arm64' ? 41 : 155
  check('pivot_root', c.syscall(nr, ptr(dot), ptr(dot), 0, 0, 0))
  umount('.', 2)
}

/** openat2(2) with O_PATH|O_CLOEXEC and RESOLVE_IN_ROOT below the directory `dirfd`. */
export function openInRoot(dirfd: number, path: string): number {
  const p = cstring(path)
  const how = Buffer.alloc(24)
  how.writeBigUInt64LE(BigInt(0o10000000 | 0o2000000), 0)
  how.writeBigUInt64LE(0x10n, 16)
  return check(`openat2 ${path}`, c.syscall(437, dirfd, ptr(p), ptr(how), 24, 0))
}

/** Removes a capability from the bounding set; a number that the kernel does not know does nothing. */
export function dropCapability(number: number): void {
  c.prctl(24, number, 0, 0, 0)
}

/** Linux's numbers of the calls for which jailed processes ask the simulated kernel; arm64 has no open(2). */
export const GUARDED =
  process.arch === 'arm64' ? { kill: 129, openat: 56, open: -1 } : { kill: 62, openat: 257, open: 2 }
const SETGROUPS = process.arch === 'arm64' ? 159 : 116
/** NGROUPS_MAX of FreeBSD (sys/sys/syslimits.h); Linux's is 65536. */
const MOST_GROUPS = 1023

/**
 * A seccomp program (struct sock_filter[]) for the processes of a jail. It hands kill(2) to the simulated kernel: on
 * FreeBSD a process in a jail reaches its own jail only, whatever pid it names (prison_check), and on Linux the process
 * would reach the whole host. It hands over open(2) with O_TRUNC, too: of /dev/fd/N that call is a dup(2) on FreeBSD,
 * and Linux would open the file anew and truncate it. It refuses setgroups(2) of more groups than FreeBSD takes, EINVAL.
 */
export function jailFilter(): Buffer {
  const arm = process.arch === 'arm64'
  const [ask, invalid, allow, truncate] = [0x7fc00000, 0x00050016, 0x7fff0000, 0x200]
  // A jump counts the instructions that it skips; the last three instructions are `ask`, `invalid` and `allow`.
  const program: readonly (readonly [code: number, jt: number, jf: number, k: number])[] = [
    [0x20, 0, 0, 4],
    [0x15, 0, 13, arm ? 0xc00000b7 : 0xc000003e],
    [0x20, 0, 0, 0],
    [0x15, 9, 0, GUARDED.kill],
    [0x15, 6, 0, GUARDED.openat],
    [0x15, 3, 0, GUARDED.open >>> 0],
    [0x15, 0, 8, SETGROUPS],
    [0x20, 0, 0, 16],
    [0x25, 5, 6, MOST_GROUPS],
    [0x20, 0, 0, 24],
    [0x45, 2, 4, truncate],
    [0x20, 0, 0, 32],
    [0x45, 0, 2, truncate],
    [0x06, 0, 0, ask],
    [0x06, 0, 0, invalid],
    [0x06, 0, 0, allow],
  ]
  const filter = Buffer.alloc(8 * program.length)
  for (const [i, [code, jt, jf, k]] of program.entries()) {
    filter.writeUInt16LE(code, 8 * i)
    filter.writeUInt8(jt, 8 * i + 2)
    filter.writeUInt8(jf, 8 * i + 3)
    filter.writeUInt32LE(k, 8 * i + 4)
  }
  return filter
}

/**
 * Sets a program of `jailFilter` by seccomp(2), which needs CAP_SYS_ADMIN. Gives the descriptor on which the questions
 * arrive, undefined when the process has such a filter already, since Linux allows one.
 */
export function setFilter(filter: Buffer): number | undefined {
  const fprog = Buffer.alloc(16)
  fprog.writeUInt16LE(filter.length / 8, 0)
  fprog.writeBigUInt64LE(BigInt(ptr(filter)), 8)
  const nr = process.arch === 'arm64' ? 277 : 317
  // SECCOMP_SET_MODE_FILTER with NEW_LISTENER, and WAIT_KILLABLE_RECV where Linux has it (5.19).
  for (const flags of [8 | 32, 8]) {
    const fd = Number(c.syscall(nr, 1, flags, ptr(fprog), 0, 0))
    if (fd >= 0) return fd
    if (errno() === 16) return undefined
  }
  return check('seccomp', -1)
}

/** A copy of another process's descriptor (pidfd_getfd(2)). */
export function descriptorOf(pid: number, fd: number): number {
  const pidfd = check('pidfd_open', c.syscall(434, pid, 0, 0, 0, 0))
  try {
    return check('pidfd_getfd', c.syscall(438, pidfd, fd, 0, 0, 0))
  } finally {
    c.close(pidfd)
  }
}

/** The address of an abstract unix socket and its length. */
export function abstractAddress(name: string): Buffer {
  const address = Buffer.alloc(3 + Buffer.byteLength(name))
  address.writeUInt16LE(1, 0)
  address.write(name, 3)
  return address
}
