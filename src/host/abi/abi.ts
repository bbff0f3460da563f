/** What differs between the C interfaces of two hosts: names of the libraries, numbers, sizes and offsets. */

/** Numbers of one host. Both 64-bit architectures of an operating system share one table. */
export interface Abi {
  os: 'freebsd' | 'linux'
  /** File name of the C library for dlopen(3). */
  libc: string
  /** File name of the library that has pthread_create(3). */
  threads: string
  /** The function that gives the address of errno. */
  errnoFunction: '__error' | '__errno_location'
  /** errno name by number. A function: a table that only a failed call needs is not made at every start. */
  errnoName(number: number): string | undefined
  /** Signal number by name without SIG. */
  signals: Readonly<Record<string, number>>
  /** Highest signal number. */
  lastSignal: number
  /** Resource number of setrlimit(2) by FreeBSD's name; -1 where this host has no such limit. */
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
  /** AT_SYMLINK_NOFOLLOW has no use here; AT_FDCWD is -100 on both. */
  atFdcwd: number
  /** AT_EMPTY_PATH. */
  atEmptyPath: number
  /** Requests of ioctl(2) on a terminal. TIOCGPTPEER is 0 where there is none. */
  ioctl: Readonly<{
    TIOCSCTTY: number
    TIOCSWINSZ: number
    TIOCGWINSZ: number
    TIOCGPTN: number
    TIOCGPTPEER: number
  }>
  /** SIG_SETMASK of sigprocmask(2). */
  sigSetmask: number
  /** Bytes of sigset_t and of struct sigaction (the handler is the first pointer in both). */
  sigsetSize: number
  sigactionSize: number
  /** Bytes of struct termios, rounded up generously. */
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
