/**
 * What FreeBSD's manual pages say that calls fail with (section ERRORS), by errno's names. Left out: what only a process in
 * capability mode gets (ECAPMODE, ENOTCAPABLE), and for calls on files what Linux has no number for (EINTEGRITY, EFTYPE).
 */
import { constants } from 'node:os'

const names = (text: string): readonly string[] => text.split(' ')

/** What looking a path up ends with. */
const LOOKUP = 'ENOTDIR ENAMETOOLONG ENOENT EACCES ELOOP EFAULT EIO'
/** What making an entry of a directory ends with. */
const MAKING = `${LOOKUP} EPERM EROFS EEXIST ENOSPC EDQUOT EBADF`
const FORK = 'EAGAIN ENOMEM'
const JAIL_GET = 'EINVAL EMFILE ENFILE'
const SYSCTL = 'EFAULT EINVAL ENOMEM ENOTDIR EISDIR EPERM'
const RCTL = 'ENOSYS EINVAL EPERM E2BIG ESRCH ENAMETOOLONG ERANGE EOPNOTSUPP EFAULT'
/** Of ioctl(2), of open(2) of /dev/devfs, and of devfs_rules_ioctl in sys/fs/devfs/devfs_rule.c. */
const DEVFS = 'EBADF ENOTTY EINVAL EFAULT ENOENT ENXIO EACCES EPERM EMFILE ENFILE EIO EEXIST'

/** The calls that the simulated kernel answers by JSON, by their names there. */
export const KERNEL_ERRNOS: Readonly<Record<string, readonly string[]>> = {
  // nmount(2); with it what nullfs and tmpfs give (sys/fs/nullfs/null_vfsops.c, sys/fs/tmpfs/tmpfs_vfsops.c).
  nmount: names(
    'EPERM ENAMETOOLONG ELOOP ENOENT ENOTDIR EBUSY EFAULT EIO EINTEGRITY ENODEV ENOTBLK ENOTEMPTY ENXIO EMFILE EINVAL ENOMEM ETIMEDOUT EDEADLK EOPNOTSUPP ENOSPC',
  ),
  unmount: names('EPERM ENAMETOOLONG EINVAL ENOENT EBUSY EIO EFAULT'),
  // getfsstat(2), statfs(2).
  mounts: names('EFAULT EINVAL EIO'),
  mountAt: names('EACCES EFAULT EIO EINTEGRITY ELOOP ENAMETOOLONG ENOTDIR'),
  // jail_set(2), and chroot(2) behind it.
  jailSet: names(
    'EPERM EFAULT ENOENT EEXIST EINVAL ENAMETOOLONG EAGAIN EMFILE ENFILE ENOTDIR ELOOP EACCES EIO',
  ),
  jailAttach: names('EPERM EINVAL ENOTDIR ENAMETOOLONG ENOENT EACCES ELOOP EFAULT EIO'),
  jailRemove: names('EPERM EINVAL'),
  jailId: names(JAIL_GET),
  jailParams: names(JAIL_GET),
  // sysctl(3).
  sysctl: names(SYSCTL),
  sysctlExists: names(SYSCTL),
  processInfo: names(SYSCTL),
  processInfos: names(SYSCTL),
  jailProcesses: names(SYSCTL),
  devfsRulesets: names(DEVFS),
  devfsRules: names(DEVFS),
  devfsAddRule: names(DEVFS),
  devfsDeleteRuleset: names(DEVFS),
  devfsApplyRule: names(DEVFS),
  rctlAddRule: names(RCTL),
  rctlRemoveRule: names(RCTL),
  rctlUsage: names(RCTL),
  rctlRules: names(RCTL),
  kldLoad: names('EPERM EFAULT ENOMEM ENOENT ENOEXEC'),
  moduleLoaded: names('EFAULT EPERM'),
  // cpuset_setaffinity(2).
  cpusetJail: names('EINVAL EDEADLK EFAULT ESRCH ERANGE EPERM'),
  // socket(2), and ioctl(2) of netintro(4).
  loopbackUp: names('EACCES EMFILE ENFILE ENOBUFS EPERM EADDRNOTAVAIL EEXIST ENXIO EINVAL'),
  setfib: names('EINVAL'),
}

/** Calls on files, descriptors and processes, by the names of their manual pages. */
export const FILE_ERRNOS: Readonly<Record<string, readonly string[]>> = {
  open: names(`${MAKING} EISDIR EMFILE ENFILE EMLINK ENXIO EINTR EOPNOTSUPP EWOULDBLOCK ETXTBSY EINVAL`),
  read: names('EBADF EFAULT EIO EBUSY EINTR EINVAL EAGAIN EISDIR EOPNOTSUPP EOVERFLOW'),
  write: names('EBADF EPIPE EFBIG EFAULT EINVAL ENOSPC EDQUOT EIO EINTR EAGAIN'),
  close: names('EBADF EINTR ENOSPC ECONNRESET'),
  stat: names('EACCES EBADF EFAULT EIO ELOOP ENAMETOOLONG ENOENT ENOTDIR EOVERFLOW'),
  access: names(`${LOOKUP} EINVAL EROFS ETXTBSY EBADF`),
  mkdir: names(`${MAKING} EMLINK`),
  rmdir: names('ENOTDIR ENAMETOOLONG ENOENT ELOOP ENOTEMPTY EACCES EPERM EINVAL EBUSY EIO EROFS EFAULT'),
  unlink: names('ENOTDIR EISDIR ENAMETOOLONG ENOENT EACCES ELOOP EPERM EIO EROFS EFAULT ENOSPC EBADF'),
  rename: names(
    'ENAMETOOLONG ENOENT EACCES EPERM ELOOP ENOTDIR EISDIR EXDEV ENOSPC EDQUOT EIO EROFS EFAULT EINVAL ENOTEMPTY EBADF',
  ),
  link: names(`${MAKING} EMLINK EXDEV EOPNOTSUPP EINVAL`),
  symlink: names(MAKING),
  readlink: names(`${LOOKUP} EINVAL EBADF`),
  mkfifo: names(`${MAKING} EOPNOTSUPP`),
  chmod: names(`${LOOKUP} EPERM EROFS EBADF EINVAL`),
  chown: names(`${LOOKUP} EPERM EROFS EBADF EINVAL`),
  chdir: names(`${LOOKUP} EBADF`),
  getdirentries: names('EBADF EFAULT EINVAL EIO'),
  getcwd: names('EINVAL ENOENT ENOMEM ERANGE EACCES'),
  flock: names('EWOULDBLOCK EBADF EINVAL EOPNOTSUPP ENOLCK'),
  fcntl: names('EBADF EINVAL EMFILE EINTR'),
  pipe: names('EFAULT EMFILE ENFILE ENOMEM'),
  dup2: names('EBADF EMFILE'),
  fork: names(FORK),
  execve: names(`${LOOKUP} ENOEXEC ENOMEM ETXTBSY E2BIG EPERM`),
  wait: names('ECHILD EFAULT EINVAL EINTR'),
  poll: names('EFAULT EINTR EINVAL'),
  setsid: names('EPERM'),
  setrlimit: names('EFAULT EPERM EINVAL'),
  setgroups: names('EINVAL EPERM EFAULT'),
  setgid: names('EPERM'),
  setuid: names('EPERM'),
  kill: names('EINVAL ESRCH EPERM'),
}

/** Errnos of a call that say what is at a path, or that something is gone: untrue where nobody else is at work there. */
export const OF_THE_OBJECT = new Set(
  names(
    'ENOENT ENOTDIR ELOOP EMLINK EISDIR EEXIST ENOTEMPTY EBUSY EPERM EROFS ENXIO ESRCH EINVAL EWOULDBLOCK',
  ),
)

/** Linux's number of an errno. */
export function errnoNumber(name: string): number {
  const number = (constants.errno as Readonly<Record<string, number>>)[name]
  if (number === undefined) throw new Error(`${name}: Linux has no such errno`)
  return number
}
