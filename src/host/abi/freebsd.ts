/**
 * FreeBSD 13 to 15, amd64 and arm64 (LP64 little endian). Facts: sys/errno.h, sys/signal.h, sys/resource.h,
 * sys/fcntl.h, sys/ttycom.h, sys/socket.h, sys/un.h.
 */
import type { Abi } from './abi.ts'

/** errno(2): the numbers run from 1 without a hole. */
const ERRNO_NAMES =
  'EPERM ENOENT ESRCH EINTR EIO ENXIO E2BIG ENOEXEC EBADF ECHILD EDEADLK ENOMEM EACCES EFAULT ENOTBLK EBUSY EEXIST ' +
  'EXDEV ENODEV ENOTDIR EISDIR EINVAL ENFILE EMFILE ENOTTY ETXTBSY EFBIG ENOSPC ESPIPE EROFS EMLINK EPIPE EDOM ' +
  'ERANGE EAGAIN EINPROGRESS EALREADY ENOTSOCK EDESTADDRREQ EMSGSIZE EPROTOTYPE ENOPROTOOPT EPROTONOSUPPORT ' +
  'ESOCKTNOSUPPORT EOPNOTSUPP EPFNOSUPPORT EAFNOSUPPORT EADDRINUSE EADDRNOTAVAIL ENETDOWN ENETUNREACH ENETRESET ' +
  'ECONNABORTED ECONNRESET ENOBUFS EISCONN ENOTCONN ESHUTDOWN ETOOMANYREFS ETIMEDOUT ECONNREFUSED ELOOP ' +
  'ENAMETOOLONG EHOSTDOWN EHOSTUNREACH ENOTEMPTY EPROCLIM EUSERS EDQUOT ESTALE EREMOTE EBADRPC ERPCMISMATCH ' +
  'EPROGUNAVAIL EPROGMISMATCH EPROCUNAVAIL ENOLCK ENOSYS EFTYPE EAUTH ENEEDAUTH EIDRM ENOMSG EOVERFLOW ECANCELED ' +
  'EILSEQ ENOATTR EDOOFUS EBADMSG EMULTIHOP ENOLINK EPROTO ENOTCAPABLE ECAPMODE ENOTRECOVERABLE EOWNERDEAD EINTEGRITY'

export const freebsd: Abi = {
  os: 'freebsd',
  libc: 'libc.so.7',
  threads: 'libthr.so.3',
  errnoFunction: '__error',
  errnoName: number => ERRNO_NAMES.split(' ')[number - 1],
  signals: {
    HUP: 1,
    INT: 2,
    QUIT: 3,
    ILL: 4,
    TRAP: 5,
    ABRT: 6,
    EMT: 7,
    FPE: 8,
    KILL: 9,
    BUS: 10,
    SEGV: 11,
    SYS: 12,
    PIPE: 13,
    ALRM: 14,
    TERM: 15,
    URG: 16,
    STOP: 17,
    TSTP: 18,
    CONT: 19,
    CHLD: 20,
    TTIN: 21,
    TTOU: 22,
    IO: 23,
    XCPU: 24,
    XFSZ: 25,
    VTALRM: 26,
    PROF: 27,
    WINCH: 28,
    INFO: 29,
    USR1: 30,
    USR2: 31,
    THR: 32,
    LIBRT: 33,
    RTMIN: 65,
    RTMAX: 126,
  },
  lastSignal: 128,
  rlimits: {
    CPU: 0,
    FSIZE: 1,
    DATA: 2,
    STACK: 3,
    CORE: 4,
    RSS: 5,
    MEMLOCK: 6,
    NPROC: 7,
    NOFILE: 8,
    SBSIZE: 9,
    VMEM: 10,
    AS: 10,
    NPTS: 11,
    SWAP: 12,
    KQUEUES: 13,
    UMTXP: 14,
    PIPEBUF: 15,
  },
  rlimInfinity: 0x7fffffffffffffffn,
  open: {
    NONBLOCK: 4,
    NOFOLLOW: 0x100,
    CREAT: 0x200,
    TRUNC: 0x400,
    APPEND: 8,
    EXCL: 0x800,
    NOCTTY: 0x8000,
    DIRECTORY: 0x20000,
    CLOEXEC: 0x100000,
    PATH: 0x400000,
  },
  atFdcwd: -100,
  atEmptyPath: 0x4000,
  ioctl: {
    TIOCSCTTY: 0x20007461,
    TIOCSWINSZ: 0x80087467,
    TIOCGWINSZ: 0x40087468,
    TIOCGPTN: 0x4004740f,
    TIOCGPTPEER: 0,
  },
  sigSetmask: 3,
  sigsetSize: 16,
  sigactionSize: 32,
  termiosSize: 64,
  socket: {
    SOL_SOCKET: 0xffff,
    SOCK_CLOEXEC: 0x10000000,
    MSG_NOSIGNAL: 0x20000,
    pathMax: 103,
    lengthByte: true,
  },
  msghdr: { size: 48, controllen: 40, iovlenBytes: 4, controllenBytes: 4 },
  cmsghdr: { lenBytes: 4, level: 4, type: 8, data: 16 },
}
