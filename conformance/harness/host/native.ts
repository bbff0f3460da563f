/**
 * The few system calls that JavaScript does not have and a caller of a runtime needs: receiving a terminal over a
 * socket (SCM_RIGHTS), its window size, and being the reaper of orphans. The calls go through bun:ffi; another engine has
 * none, and cases that need them are skipped.
 * Layouts and numbers: FreeBSD sys/sys/{socket,un,ttycom,procctl}.h, Linux uapi; little endian, 64 bit.
 */

type Callable = (...args: (number | bigint | Uint8Array | null)[]) => number

interface BunFfi {
  dlopen(
    path: string,
    symbols: Record<string, { args: string[]; returns: string }>,
  ): { symbols: Record<string, Callable> }
  ptr(view: Uint8Array): number
}

/** The calls, bound to this system's C library. */
export interface Native {
  /** Listens on a unix socket whose path fits sun_path, as a relative path does. The descriptor does not block. */
  listen(path: string): number
  /** A connection, undefined while there is none. */
  accept(fd: number): number | undefined
  /** The descriptor that came with the next message, undefined while there is none. */
  receiveDescriptor(fd: number): number | undefined
  setNonBlocking(fd: number): void
  setWindowSize(fd: number, rows: number, columns: number): void
  close(fd: number): void
  /** Makes this process the reaper of its orphaned descendants (prctl PR_SET_CHILD_SUBREAPER, PROC_REAP_ACQUIRE). */
  becomeReaper(): boolean
  /** waitpid(2): the raw status, undefined when the process is no child of this one. Blocks. */
  waitFor(pid: number): number | undefined
}

const freebsd = process.platform === 'freebsd'
const AF_UNIX = 1
const SOCK_STREAM = 1
const F_GETFL = 3
const F_SETFL = 4
const O_NONBLOCK = freebsd ? 0x4 : 0x800
/** No descriptor of the harness may reach a runtime, nor a container through the runtime. */
const SOCK_CLOEXEC = freebsd ? 0x10000000 : 0x80000
const MSG_CMSG_CLOEXEC = freebsd ? 0x40000 : 0x40000000
const F_SETFD = 2
const FD_CLOEXEC = 1
const TIOCSWINSZ = freebsd ? 0x80087467n : 0x5414n

function sockaddr(path: string): Uint8Array {
  const bytes = new TextEncoder().encode(path)
  if (bytes.length > 103) throw new Error(`socket path too long: ${path}`)
  const address = new Uint8Array(freebsd ? 106 : 110)
  // FreeBSD has a length byte before a family byte; Linux has a 16-bit family.
  if (freebsd) {
    address[0] = address.length
    address[1] = AF_UNIX
  } else address[0] = AF_UNIX
  address.set(bytes, 2)
  return address
}

function bind(ffi: BunFfi): Native {
  const { symbols: c } = ffi.dlopen(freebsd ? 'libc.so.7' : 'libc.so.6', {
    socket: { args: ['i32', 'i32', 'i32'], returns: 'i32' },
    bind: { args: ['i32', 'ptr', 'u32'], returns: 'i32' },
    listen: { args: ['i32', 'i32'], returns: 'i32' },
    accept: { args: ['i32', 'ptr', 'ptr'], returns: 'i32' },
    recvmsg: { args: ['i32', 'ptr', 'i32'], returns: 'i64' },
    fcntl: { args: ['i32', 'i32', 'i64'], returns: 'i32' },
    ioctl: { args: ['i32', 'u64', 'ptr'], returns: 'i32' },
    close: { args: ['i32'], returns: 'i32' },
    waitpid: { args: ['i32', 'ptr', 'i32'], returns: 'i32' },
    ...(freebsd
      ? { procctl: { args: ['i32', 'i64', 'i32', 'ptr'], returns: 'i32' } }
      : { prctl: { args: ['i32', 'u64', 'u64', 'u64', 'u64'], returns: 'i32' } }),
  })
  const must = (name: string, value: number) => {
    if (value < 0) throw new Error(`${name} failed`)
    return value
  }
  const setNonBlocking = (fd: number) => {
    const flags = must('fcntl', c.fcntl!(fd, F_GETFL, 0))
    must('fcntl', c.fcntl!(fd, F_SETFL, flags | O_NONBLOCK))
  }
  return {
    listen(path) {
      const fd = must('socket', c.socket!(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0))
      const address = sockaddr(path)
      must('bind', c.bind!(fd, address, address.length))
      must('listen', c.listen!(fd, 4))
      setNonBlocking(fd)
      return fd
    },
    accept(fd) {
      const peer = c.accept!(fd, null, null)
      if (peer < 0) return undefined
      must('fcntl', c.fcntl!(peer, F_SETFD, FD_CLOEXEC))
      setNonBlocking(peer)
      return peer
    },
    receiveDescriptor(fd) {
      const payload = new Uint8Array(256)
      const control = new Uint8Array(64)
      const iov = new BigUint64Array([BigInt(ffi.ptr(payload)), BigInt(payload.length)])
      const iovBytes = new Uint8Array(iov.buffer)
      const message = new DataView(new ArrayBuffer(56))
      message.setBigUint64(16, BigInt(ffi.ptr(iovBytes)), true)
      message.setUint32(24, 1, true)
      message.setBigUint64(32, BigInt(ffi.ptr(control)), true)
      message.setUint32(40, control.length, true)
      if (Number(c.recvmsg!(fd, new Uint8Array(message.buffer), MSG_CMSG_CLOEXEC)) < 0) return undefined
      // cmsg_len is 4 bytes wide on FreeBSD and 8 on Linux; the data starts at 16 on both.
      const view = new DataView(control.buffer)
      const level = view.getInt32(freebsd ? 4 : 8, true)
      const kind = view.getInt32(freebsd ? 8 : 12, true)
      if (level !== (freebsd ? 0xffff : 1) || kind !== 1) return undefined
      return view.getInt32(16, true)
    },
    setNonBlocking,
    setWindowSize(fd, rows, columns) {
      must('ioctl', c.ioctl!(fd, TIOCSWINSZ, new Uint8Array(new Uint16Array([rows, columns, 0, 0]).buffer)))
    },
    close(fd) {
      c.close!(fd)
    },
    becomeReaper() {
      // P_PID 0, own pid 0, PROC_REAP_ACQUIRE 2; PR_SET_CHILD_SUBREAPER 36.
      return (freebsd ? c.procctl!(0, 0, 2, null) : c.prctl!(36, 1, 0, 0, 0)) === 0
    },
    waitFor(pid) {
      const status = new Int32Array(1)
      return c.waitpid!(pid, new Uint8Array(status.buffer), 0) === pid ? status[0] : undefined
    },
  }
}

let loaded: Promise<Native | undefined> | undefined

/** The calls, or undefined on an engine without them. */
export function native(): Promise<Native | undefined> {
  loaded ??= (async () => {
    if (process.versions.bun === undefined) return undefined
    const ffi = (await import('bun:ffi')) as unknown as BunFfi
    return bind(ffi)
  })()
  return loaded
}
