/** What differs between the C interfaces of FreeBSD and Linux: numbers, sizes and offsets. */

/** The numbers of one host. All architectures of an operating system share one table, which notes their differences. */
export interface Abi {
  os: 'freebsd' | 'linux'
  /** Gives the name of an errno by its number. A function makes its table only when a call has failed, not at every start. */
  errnoName(number: number): string | undefined
  /** Signal number by name without SIG. */
  signals: Readonly<Record<string, number>>
  /** Highest signal number. */
  lastSignal: number
  /** Numbers of resources for setrlimit(2) by FreeBSD's names; -1 for a limit that this host does not have. */
  rlimits: Readonly<Record<string, number>>
  /** RLIM_INFINITY. */
  rlimInfinity: bigint
  /** Flags of open(2). */
  open: Readonly<{
    NONBLOCK: number
    NOFOLLOW: number
    CREAT: number
    TRUNC: number
    APPEND: number
    EXCL: number
    NOCTTY: number
    DIRECTORY: number
    CLOEXEC: number
    PATH: number
  }>
  /** AT_FDCWD of openat(2); it is -100 on both hosts. */
  atFdcwd: number
  /** AT_EMPTY_PATH. */
  atEmptyPath: number
  /** Requests of ioctl(2) on a terminal. TIOCGPTPEER is 0 on FreeBSD, which does not have it. */
  ioctl: Readonly<{
    TIOCSCTTY: number
    TIOCSWINSZ: number
    TIOCGWINSZ: number
    TIOCGPTN: number
    TIOCGPTPEER: number
  }>
  /** AT_REMOVEDIR of unlinkat(2). */
  atRemovedir: number
  /** F_DUPFD_CLOEXEC of fcntl(2). */
  dupfdCloexec: number
  /** CLOCK_MONOTONIC of clock_gettime(2). */
  clockMonotonic: number
  /** struct stat: its size, and the offsets of the members that the program reads. */
  stat: Readonly<{
    size: number
    dev: number
    ino: number
    mode: number
    /** Size of st_mode in bytes; `nlinkBytes` is that of st_nlink. */
    modeBytes: 2 | 4
    nlink: number
    nlinkBytes: 4 | 8
    uid: number
    gid: number
    rdev: number
    length: number
    mtime: number
  }>
  /** Offsets in struct dirent as getdirentries(2) and getdents64(2) give it; the name ends with NUL. */
  dirent: Readonly<{ reclen: number; type: number; name: number }>
  /** siginfo_t: its size and the offset of si_pid. */
  siginfo: Readonly<{ size: number; pid: number }>
  /** posix_spawn(3): the sizes of its two opaque types, and its flags. SETSID is 0 on FreeBSD, which does not have it. */
  spawn: Readonly<{
    actionsSize: number
    attributesSize: number
    SETPGROUP: number
    SETSIGDEF: number
    SETSIGMASK: number
    SETSID: number
  }>
  /** SIG_BLOCK and SIG_SETMASK of sigprocmask(2). */
  sigBlock: number
  sigSetmask: number
  /** Bytes of sigset_t and of struct sigaction (the handler is the first pointer in both). */
  sigsetSize: number
  /** Bytes of one of the words of which sigset_t is an array. */
  sigsetWord: 4 | 8
  sigactionSize: number
  /** Size of a buffer for struct termios; it is larger than the structure. */
  termiosSize: number
  socket: Readonly<{
    SOL_SOCKET: number
    SOCK_CLOEXEC: number
    MSG_NOSIGNAL: number
    /** Longest path in sun_path without its NUL. */
    pathMax: number
    /** True when struct sockaddr_un starts with a length byte (u8 len, u8 family), else u16 family. */
    lengthByte: boolean
  }>
  msghdr: Readonly<{
    size: number
    controllen: number
    /** Width of msg_iovlen in bytes: int on FreeBSD, size_t on Linux. */
    iovlenBytes: 4 | 8
    controllenBytes: 4 | 8
  }>
  cmsghdr: Readonly<{ lenBytes: 4 | 8; level: number; type: number; data: number }>
}
