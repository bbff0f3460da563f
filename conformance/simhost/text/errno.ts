/** strerror(3) of FreeBSD for the errors that the simulated host's tools print. */
export const STRERROR = {
  EPERM: 'Operation not permitted',
  ENOENT: 'No such file or directory',
  ESRCH: 'No such process',
  EIO: 'Input/output error',
  ENXIO: 'Device not configured',
  E2BIG: 'Argument list too long',
  EBADF: 'Bad file descriptor',
  EDEADLK: 'Resource deadlock avoided',
  ENOMEM: 'Cannot allocate memory',
  EACCES: 'Permission denied',
  EBUSY: 'Device busy',
  EEXIST: 'File exists',
  ENOTDIR: 'Not a directory',
  EISDIR: 'Is a directory',
  EINVAL: 'Invalid argument',
  ENOTTY: 'Inappropriate ioctl for device',
  ENOSPC: 'No space left on device',
  EROFS: 'Read-only file system',
  ERANGE: 'Result too large',
  EAGAIN: 'Resource temporarily unavailable',
  EOPNOTSUPP: 'Operation not supported',
  EAFNOSUPPORT: 'Address family not supported by protocol family',
  EADDRINUSE: 'Address already in use',
  EADDRNOTAVAIL: "Can't assign requested address",
  ENETDOWN: 'Network is down',
  ENETUNREACH: 'Network is unreachable',
  EHOSTUNREACH: 'No route to host',
  ENOBUFS: 'No buffer space available',
  ENAMETOOLONG: 'File name too long',
  ENOSYS: 'Function not implemented',
} as const

/** The name of an errno of FreeBSD. */
export type Errno = keyof typeof STRERROR

/** The error of a call of the simulated kernel: errno by name, and the kernel's own text (extended errors) if any. */
export class KernelError extends Error {
  readonly errno: Errno
  readonly detail: string | undefined

  constructor(errno: Errno, detail?: string) {
    super(detail === undefined ? STRERROR[errno] : `${STRERROR[errno]} (${detail})`)
    this.name = 'KernelError'
    this.errno = errno
    this.detail = detail
  }
}
