/**
 * The table of all C functions that the program calls: header, argument types, result. For the native program the build
 * generates a wrapper in C for each row, and the compiler checks the wrapper against the system's own prototype
 * (native/README.md). Under Node a function is looked up by its name when it is first used. To add a function, add a row.
 *
 * Variadic functions (fcntl, ioctl, openat, prctl, syscall) have fixed arguments in this table. The wrapper in C makes a
 * variadic call. Node makes an ordinary call, which passes integers and pointers in the same registers on amd64 and on arm64
 * Linux and FreeBSD.
 */

/** C types of arguments: int, unsigned int, a 64-bit integer (also size_t, unsigned long and off_t), a pointer. */
export type CType = 'i32' | 'u32' | 'u64' | 'ptr'

/** C types of results: int, or ssize_t. */
type CResult = 'i32' | 'i64'

/** A pointer argument: memory, an address, or NULL. */
export type CPointer = Uint8Array | number | null

/** One row of the table. */
export interface Signature {
  /** The header that declares the function; the generated file includes `sys/types.h` and `sys/param.h` before it. */
  readonly header: string
  readonly args: readonly CType[]
  /** The type of the result; `i32` when absent. */
  readonly result?: CResult
  /** The only system that has the function; absent for a function of both systems. */
  readonly on?: 'freebsd' | 'linux'
  /**
   * C types to which arguments are converted, by position, where the prototype's type has another width or sign than the
   * table's.
   */
  readonly as?: Readonly<Record<number, string>>
  /**
   * `nothing` for a void function, whose result has no meaning; `pointer` for a result `i64` that is an address, 0 being NULL.
   */
  readonly returns?: 'nothing' | 'pointer'
}

/** The functions of both systems by name. */
export const signatures = {
  // Processes
  execve: { header: 'unistd.h', args: ['ptr', 'ptr', 'ptr'] },
  posix_spawn: { header: 'spawn.h', args: ['ptr', 'ptr', 'ptr', 'ptr', 'ptr', 'ptr'] },
  posix_spawn_file_actions_init: { header: 'spawn.h', args: ['ptr'] },
  posix_spawn_file_actions_destroy: { header: 'spawn.h', args: ['ptr'] },
  posix_spawn_file_actions_addopen: {
    header: 'spawn.h',
    args: ['ptr', 'i32', 'ptr', 'i32', 'u32'],
    as: { 4: 'mode_t' },
  },
  posix_spawn_file_actions_adddup2: { header: 'spawn.h', args: ['ptr', 'i32', 'i32'] },
  posix_spawn_file_actions_addclose: { header: 'spawn.h', args: ['ptr', 'i32'] },
  posix_spawn_file_actions_addchdir_np: { header: 'spawn.h', args: ['ptr', 'ptr'] },
  posix_spawn_file_actions_addfchdir_np: { header: 'spawn.h', args: ['ptr', 'i32'] },
  posix_spawnattr_init: { header: 'spawn.h', args: ['ptr'] },
  posix_spawnattr_destroy: { header: 'spawn.h', args: ['ptr'] },
  posix_spawnattr_setflags: { header: 'spawn.h', args: ['ptr', 'i32'], as: { 1: 'short' } },
  posix_spawnattr_setpgroup: { header: 'spawn.h', args: ['ptr', 'i32'] },
  posix_spawnattr_setsigmask: { header: 'spawn.h', args: ['ptr', 'ptr'] },
  posix_spawnattr_setsigdefault: { header: 'spawn.h', args: ['ptr', 'ptr'] },
  waitpid: { header: 'sys/wait.h', args: ['i32', 'ptr', 'i32'] },
  wait4: { header: 'sys/wait.h', args: ['i32', 'ptr', 'i32', 'ptr'] },
  kill: { header: 'signal.h', args: ['i32', 'i32'] },
  getpid: { header: 'unistd.h', args: [] },
  getppid: { header: 'unistd.h', args: [] },
  getpgrp: { header: 'unistd.h', args: [] },
  getuid: { header: 'unistd.h', args: [] },
  geteuid: { header: 'unistd.h', args: [] },
  getgid: { header: 'unistd.h', args: [] },
  getegid: { header: 'unistd.h', args: [] },
  getsid: { header: 'unistd.h', args: ['i32'] },
  getpgid: { header: 'unistd.h', args: ['i32'] },
  setpgid: { header: 'unistd.h', args: ['i32', 'i32'] },
  setsid: { header: 'unistd.h', args: [] },
  _exit: { header: 'unistd.h', args: ['i32'], returns: 'nothing' },
  chdir: { header: 'unistd.h', args: ['ptr'] },
  fchdir: { header: 'unistd.h', args: ['i32'] },
  chroot: { header: 'unistd.h', args: ['ptr'] },
  getcwd: { header: 'unistd.h', args: ['ptr', 'u64'], result: 'i64', returns: 'pointer' },
  umask: { header: 'sys/stat.h', args: ['u32'], as: { 0: 'mode_t' } },
  getgroups: { header: 'unistd.h', args: ['i32', 'ptr'] },
  setgroups: { header: 'unistd.h', args: ['u64', 'ptr'], as: { 0: 'group_count' } },
  setgid: { header: 'unistd.h', args: ['u32'] },
  setuid: { header: 'unistd.h', args: ['u32'] },
  getrlimit: { header: 'sys/resource.h', args: ['i32', 'ptr'], as: { 0: 'limit_resource' } },
  setrlimit: { header: 'sys/resource.h', args: ['i32', 'ptr'], as: { 0: 'limit_resource' } },
  getpriority: {
    header: 'sys/resource.h',
    args: ['i32', 'u32'],
    as: { 0: 'priority_which', 1: 'priority_who' },
  },
  setpriority: {
    header: 'sys/resource.h',
    args: ['i32', 'u32', 'i32'],
    as: { 0: 'priority_which', 1: 'priority_who' },
  },
  sched_yield: { header: 'sched.h', args: [] },
  // Signals and time
  sigaction: { header: 'signal.h', args: ['i32', 'ptr', 'ptr'] },
  sigprocmask: { header: 'signal.h', args: ['i32', 'ptr', 'ptr'] },
  sigpending: { header: 'signal.h', args: ['ptr'] },
  sigsuspend: { header: 'signal.h', args: ['ptr'] },
  sigtimedwait: { header: 'signal.h', args: ['ptr', 'ptr', 'ptr'] },
  ppoll: { header: 'poll.h', args: ['ptr', 'u64', 'ptr', 'ptr'], as: { 1: 'nfds_t' } },
  nanosleep: { header: 'time.h', args: ['ptr', 'ptr'] },
  clock_gettime: { header: 'time.h', args: ['i32', 'ptr'] },
  // Descriptors
  dup: { header: 'unistd.h', args: ['i32'] },
  dup2: { header: 'unistd.h', args: ['i32', 'i32'] },
  close: { header: 'unistd.h', args: ['i32'] },
  close_range: { header: 'unistd.h', args: ['u32', 'u32', 'i32'] },
  pipe2: { header: 'unistd.h', args: ['ptr', 'i32'] },
  read: { header: 'unistd.h', args: ['i32', 'ptr', 'u64'], result: 'i64' },
  write: { header: 'unistd.h', args: ['i32', 'ptr', 'u64'], result: 'i64' },
  pread: { header: 'unistd.h', args: ['i32', 'ptr', 'u64', 'u64'], result: 'i64', as: { 3: 'off_t' } },
  pwrite: { header: 'unistd.h', args: ['i32', 'ptr', 'u64', 'u64'], result: 'i64', as: { 3: 'off_t' } },
  lseek: { header: 'unistd.h', args: ['i32', 'u64', 'i32'], result: 'i64', as: { 1: 'off_t' } },
  fcntl: { header: 'fcntl.h', args: ['i32', 'i32', 'u64'] },
  ioctl: { header: 'sys/ioctl.h', args: ['i32', 'u64', 'ptr'], as: { 1: 'ioctl_request' } },
  flock: { header: 'sys/file.h', args: ['i32', 'i32'] },
  fsync: { header: 'unistd.h', args: ['i32'] },
  isatty: { header: 'unistd.h', args: ['i32'] },
  // Files
  open: { header: 'fcntl.h', args: ['ptr', 'i32', 'u32'] },
  openat: { header: 'fcntl.h', args: ['i32', 'ptr', 'i32', 'u32'] },
  stat: { header: 'sys/stat.h', args: ['ptr', 'ptr'] },
  lstat: { header: 'sys/stat.h', args: ['ptr', 'ptr'] },
  fstat: { header: 'sys/stat.h', args: ['i32', 'ptr'] },
  fstatat: { header: 'sys/stat.h', args: ['i32', 'ptr', 'ptr', 'i32'] },
  access: { header: 'unistd.h', args: ['ptr', 'i32'] },
  faccessat: { header: 'unistd.h', args: ['i32', 'ptr', 'i32', 'i32'] },
  mkdir: { header: 'sys/stat.h', args: ['ptr', 'u32'], as: { 1: 'mode_t' } },
  mkdirat: { header: 'sys/stat.h', args: ['i32', 'ptr', 'u32'], as: { 2: 'mode_t' } },
  rmdir: { header: 'unistd.h', args: ['ptr'] },
  unlink: { header: 'unistd.h', args: ['ptr'] },
  unlinkat: { header: 'unistd.h', args: ['i32', 'ptr', 'i32'] },
  rename: { header: 'stdio.h', args: ['ptr', 'ptr'] },
  renameat: { header: 'stdio.h', args: ['i32', 'ptr', 'i32', 'ptr'] },
  link: { header: 'unistd.h', args: ['ptr', 'ptr'] },
  linkat: { header: 'unistd.h', args: ['i32', 'ptr', 'i32', 'ptr', 'i32'] },
  symlink: { header: 'unistd.h', args: ['ptr', 'ptr'] },
  symlinkat: { header: 'unistd.h', args: ['ptr', 'i32', 'ptr'] },
  readlink: { header: 'unistd.h', args: ['ptr', 'ptr', 'u64'], result: 'i64' },
  readlinkat: { header: 'unistd.h', args: ['i32', 'ptr', 'ptr', 'u64'], result: 'i64' },
  realpath: { header: 'stdlib.h', args: ['ptr', 'ptr'], result: 'i64', returns: 'pointer' },
  mkfifo: { header: 'sys/stat.h', args: ['ptr', 'u32'], as: { 1: 'mode_t' } },
  mkfifoat: { header: 'sys/stat.h', args: ['i32', 'ptr', 'u32'], as: { 2: 'mode_t' } },
  chmod: { header: 'sys/stat.h', args: ['ptr', 'u32'], as: { 1: 'mode_t' } },
  fchmod: { header: 'sys/stat.h', args: ['i32', 'u32'], as: { 1: 'mode_t' } },
  fchmodat: { header: 'sys/stat.h', args: ['i32', 'ptr', 'u32', 'i32'], as: { 2: 'mode_t' } },
  chown: { header: 'unistd.h', args: ['ptr', 'u32', 'u32'] },
  lchown: { header: 'unistd.h', args: ['ptr', 'u32', 'u32'] },
  fchown: { header: 'unistd.h', args: ['i32', 'u32', 'u32'] },
  fchownat: { header: 'unistd.h', args: ['i32', 'ptr', 'u32', 'u32', 'i32'] },
  utimensat: { header: 'sys/stat.h', args: ['i32', 'ptr', 'ptr', 'i32'] },
  futimens: { header: 'sys/stat.h', args: ['i32', 'ptr'] },
  truncate: { header: 'unistd.h', args: ['ptr', 'u64'], as: { 1: 'off_t' } },
  ftruncate: { header: 'unistd.h', args: ['i32', 'u64'], as: { 1: 'off_t' } },
  // Terminals
  posix_openpt: { header: 'stdlib.h', args: ['i32'] },
  grantpt: { header: 'stdlib.h', args: ['i32'] },
  unlockpt: { header: 'stdlib.h', args: ['i32'] },
  cfmakeraw: { header: 'termios.h', args: ['ptr'], returns: 'nothing' },
  tcgetattr: { header: 'termios.h', args: ['i32', 'ptr'] },
  tcsetattr: { header: 'termios.h', args: ['i32', 'i32', 'ptr'] },
  // Sockets
  socket: { header: 'sys/socket.h', args: ['i32', 'i32', 'i32'] },
  socketpair: { header: 'sys/socket.h', args: ['i32', 'i32', 'i32', 'ptr'] },
  bind: { header: 'sys/socket.h', args: ['i32', 'ptr', 'u32'] },
  listen: { header: 'sys/socket.h', args: ['i32', 'i32'] },
  accept4: { header: 'sys/socket.h', args: ['i32', 'ptr', 'ptr', 'i32'] },
  connect: { header: 'sys/socket.h', args: ['i32', 'ptr', 'u32'] },
  shutdown: { header: 'sys/socket.h', args: ['i32', 'i32'] },
  getsockopt: { header: 'sys/socket.h', args: ['i32', 'i32', 'i32', 'ptr', 'ptr'] },
  setsockopt: { header: 'sys/socket.h', args: ['i32', 'i32', 'i32', 'ptr', 'u32'] },
  connectat: { header: 'sys/socket.h', args: ['i32', 'i32', 'ptr', 'u32'], on: 'freebsd' },
  sendmsg: { header: 'sys/socket.h', args: ['i32', 'ptr', 'i32'], result: 'i64' },
  recvmsg: { header: 'sys/socket.h', args: ['i32', 'ptr', 'i32'], result: 'i64' },
  // FreeBSD
  getdirentries: { header: 'dirent.h', args: ['i32', 'ptr', 'u64', 'ptr'], result: 'i64', on: 'freebsd' },
  nmount: { header: 'sys/mount.h', args: ['ptr', 'u32', 'i32'], on: 'freebsd' },
  unmount: { header: 'sys/mount.h', args: ['ptr', 'i32'], on: 'freebsd' },
  statfs: { header: 'sys/mount.h', args: ['ptr', 'ptr'], on: 'freebsd' },
  fstatfs: { header: 'sys/mount.h', args: ['i32', 'ptr'], on: 'freebsd' },
  getfsstat: { header: 'sys/mount.h', args: ['ptr', 'u64', 'i32'], on: 'freebsd', as: { 1: 'long' } },
  jail_attach: { header: 'sys/jail.h', args: ['i32'], on: 'freebsd' },
  setfib: { header: 'sys/socket.h', args: ['i32'], on: 'freebsd' },
  jail_remove: { header: 'sys/jail.h', args: ['i32'], on: 'freebsd' },
  jail_get: { header: 'sys/jail.h', args: ['ptr', 'u32', 'i32'], on: 'freebsd' },
  jail_set: { header: 'sys/jail.h', args: ['ptr', 'u32', 'i32'], on: 'freebsd' },
  sysctl: { header: 'sys/sysctl.h', args: ['ptr', 'u32', 'ptr', 'ptr', 'ptr', 'u64'], on: 'freebsd' },
  sysctlbyname: { header: 'sys/sysctl.h', args: ['ptr', 'ptr', 'ptr', 'ptr', 'u64'], on: 'freebsd' },
  sysctlnametomib: { header: 'sys/sysctl.h', args: ['ptr', 'ptr', 'ptr'], on: 'freebsd' },
  procctl: {
    header: 'sys/procctl.h',
    args: ['i32', 'u64', 'i32', 'ptr'],
    on: 'freebsd',
    as: { 0: 'idtype_t', 1: 'id_t' },
  },
  rctl_add_rule: { header: 'sys/rctl.h', args: ['ptr', 'u64', 'ptr', 'u64'], on: 'freebsd' },
  rctl_remove_rule: { header: 'sys/rctl.h', args: ['ptr', 'u64', 'ptr', 'u64'], on: 'freebsd' },
  rctl_get_racct: { header: 'sys/rctl.h', args: ['ptr', 'u64', 'ptr', 'u64'], on: 'freebsd' },
  rctl_get_rules: { header: 'sys/rctl.h', args: ['ptr', 'u64', 'ptr', 'u64'], on: 'freebsd' },
  rctl_get_limits: { header: 'sys/rctl.h', args: ['ptr', 'u64', 'ptr', 'u64'], on: 'freebsd' },
  kldload: { header: 'sys/linker.h', args: ['ptr'], on: 'freebsd' },
  kldfind: { header: 'sys/linker.h', args: ['ptr'], on: 'freebsd' },
  modfind: { header: 'sys/module.h', args: ['ptr'], on: 'freebsd' },
  cpuset_setaffinity: {
    header: 'sys/cpuset.h',
    args: ['i32', 'i32', 'u64', 'u64', 'ptr'],
    on: 'freebsd',
    as: { 2: 'id_t' },
  },
  cpuset_getaffinity: {
    header: 'sys/cpuset.h',
    args: ['i32', 'i32', 'u64', 'u64', 'ptr'],
    on: 'freebsd',
    as: { 2: 'id_t' },
  },
  ktrace: { header: 'sys/ktrace.h', args: ['ptr', 'i32', 'i32', 'i32'], on: 'freebsd' },
  lchflags: { header: 'sys/stat.h', args: ['ptr', 'u64'], on: 'freebsd' },
  chflagsat: { header: 'sys/stat.h', args: ['i32', 'ptr', 'u64', 'i32'], on: 'freebsd' },
  // Linux
  getdents64: { header: 'dirent.h', args: ['i32', 'ptr', 'u64'], result: 'i64', on: 'linux' },
  setns: { header: 'sched.h', args: ['i32', 'i32'], on: 'linux' },
  unshare: { header: 'sched.h', args: ['i32'], on: 'linux' },
  syscall: {
    header: 'unistd.h',
    args: ['u64', 'u64', 'u64', 'ptr'],
    result: 'i64',
    on: 'linux',
    as: { 0: 'long' },
  },
  prctl: { header: 'sys/prctl.h', args: ['i32', 'u64', 'u64', 'u64', 'u64'], on: 'linux' },
  prlimit: {
    header: 'sys/resource.h',
    args: ['i32', 'i32', 'ptr', 'ptr'],
    on: 'linux',
    as: { 1: 'limit_resource' },
  },
} as const satisfies Record<string, Signature>

/** The name of a function in the table. */
export type CFunctionName = keyof typeof signatures

type Argument<T extends CType> = T extends 'ptr' ? CPointer : number

type Arguments<A extends readonly CType[]> = { -readonly [K in keyof A]: Argument<A[K]> }

/** The argument list of a function in the table. */
export type CArguments<N extends CFunctionName> = Arguments<(typeof signatures)[N]['args']>
