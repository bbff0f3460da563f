/**
 * Decoders of structures that FreeBSD's kernel gives, in the layouts of FreeBSD 13 to 15 on 64-bit machines (sys/user.h,
 * sys/mount.h, sys/sysctl.h).
 */

import { decode, type Memory, toHex } from '../ffi/memory.ts'

/** CTLTYPE of sys/sysctl.h. */
export const CTLTYPE = {
  NODE: 1,
  INT: 2,
  STRING: 3,
  S64: 4,
  OPAQUE: 5,
  UINT: 6,
  LONG: 7,
  ULONG: 8,
  U64: 9,
  U8: 0xa,
  U16: 0xb,
  S8: 0xc,
  S16: 0xd,
  S32: 0xe,
  U32: 0xf,
} as const

/** struct kinfo_proc: offsets of the members that are read, and the size up to the end of the last of them. */
export const KINFO_PROC = { structsize: 0, pid: 72, start: 336, stat: 388, jid: 592, minimum: 596 } as const
const SSTOP = 4
const SZOMB = 5

/** One record of kern.proc; the start time is in microseconds since 1970. */
export interface KinfoProc {
  pid: number
  jid: number
  startMicroseconds: bigint
  zombie: boolean
  stopped: boolean
}

/** Decodes the records of kern.proc.pid or kern.proc.proc; each record begins with its own size. */
export function decodeProcesses(bytes: Memory): KinfoProc[] {
  const found: KinfoProc[] = []
  let offset = 0
  while (offset + KINFO_PROC.minimum <= bytes.length) {
    const size = bytes.readInt32(offset + KINFO_PROC.structsize)
    if (size < KINFO_PROC.minimum) break
    const stat = bytes.readInt8(offset + KINFO_PROC.stat)
    found.push({
      pid: bytes.readInt32(offset + KINFO_PROC.pid),
      jid: bytes.readInt32(offset + KINFO_PROC.jid),
      startMicroseconds: timeval(bytes, offset + KINFO_PROC.start),
      zombie: stat === SZOMB,
      stopped: stat === SSTOP,
    })
    offset += size
  }
  return found
}

/** Gives a struct timeval (two 64-bit numbers) in microseconds. */
export function timeval(bytes: Memory, offset = 0): bigint {
  return bytes.readBigInt64(offset) * 1_000_000n + bytes.readBigInt64(offset + 8)
}

/** struct kinfo_file: offsets of the members that are read, and the size up to the end of the last of them. */
export const KINFO_FILE = { structsize: 0, type: 4, fd: 8, vnodeType: 32, minimum: 36 } as const

/** Gives the descriptors that are directories, from the records of kern.proc.filedesc: vnodes of type VDIR. */
export function directoriesOf(bytes: Memory): number[] {
  const KF_TYPE_VNODE = 1
  const KF_VTYPE_VDIR = 2
  const found: number[] = []
  for (let offset = 0; offset + KINFO_FILE.minimum <= bytes.length; ) {
    const size = bytes.readInt32(offset + KINFO_FILE.structsize)
    if (size < KINFO_FILE.minimum) break
    const type = bytes.readInt32(offset + KINFO_FILE.type)
    const fd = bytes.readInt32(offset + KINFO_FILE.fd)
    const vnodeType = bytes.readInt32(offset + KINFO_FILE.vnodeType)
    // A negative number stands for the working directory, the root and the like, which are no descriptors (sys/user.h,
    // KF_FD_TYPE_CWD).
    if (fd >= 0 && type === KF_TYPE_VNODE && vnodeType === KF_VTYPE_VDIR) found.push(fd)
    offset += size
  }
  return found
}

/** Offsets and sizes in struct statfs (STATFS_VERSION 0x20140518, which FreeBSD has since 12). */
export const STATFS = {
  size: 2344,
  flags: 8,
  fsid: 192,
  fstype: 280,
  fstypeSize: 16,
  from: 296,
  on: 1320,
  nameSize: 1024,
} as const

/** Bytes of struct statfs. */
export const STATFS_SIZE = STATFS.size

/** Flags of f_flags by the names of the mount options (sys/mount.h). */
const MOUNT_FLAGS: Readonly<Record<string, number>> = {
  ro: 0x1,
  noexec: 0x4,
  nosuid: 0x8,
  ignore: 0x800000,
}

/** Decodes a struct statfs; the fsid is given as the 16 hexadecimal digits that `mount -v` prints. */
export function decodeStatfs(bytes: Memory): {
  fstype: string
  from: string
  on: string
  fsid: string
  flags: string[]
} {
  // All of these flags are in the lower half of f_flags.
  const flags = Number(bytes.readBigUInt64(STATFS.flags) & 0xffffffffn)
  const text = (start: number, size: number) => {
    const end = bytes.indexOf(0, start)
    return decode(bytes.subarray(start, end === -1 || end > start + size ? start + size : end))
  }
  return {
    fsid: toHex(bytes.subarray(STATFS.fsid, STATFS.fsid + 8)),
    fstype: text(STATFS.fstype, STATFS.fstypeSize),
    from: text(STATFS.from, STATFS.nameSize),
    on: text(STATFS.on, STATFS.nameSize),
    flags: Object.keys(MOUNT_FLAGS).filter(name => (flags & MOUNT_FLAGS[name]!) !== 0),
  }
}

const NUMBERS: Readonly<
  Record<number, readonly [size: number, read: (bytes: Memory, at: number) => bigint]>
> = {
  [CTLTYPE.INT]: [4, (bytes, at) => BigInt(bytes.readInt32(at))],
  [CTLTYPE.UINT]: [4, (bytes, at) => BigInt(bytes.readUInt32(at))],
  [CTLTYPE.LONG]: [8, (bytes, at) => bytes.readBigInt64(at)],
  [CTLTYPE.ULONG]: [8, (bytes, at) => bytes.readBigUInt64(at)],
  [CTLTYPE.S64]: [8, (bytes, at) => bytes.readBigInt64(at)],
  [CTLTYPE.U64]: [8, (bytes, at) => bytes.readBigUInt64(at)],
  [CTLTYPE.U8]: [1, (bytes, at) => BigInt(bytes.readUInt8(at))],
  [CTLTYPE.S8]: [1, (bytes, at) => BigInt(bytes.readInt8(at))],
  [CTLTYPE.U16]: [2, (bytes, at) => BigInt(bytes.readUInt16(at))],
  [CTLTYPE.S16]: [2, (bytes, at) => BigInt(bytes.readInt16(at))],
  [CTLTYPE.S32]: [4, (bytes, at) => BigInt(bytes.readInt32(at))],
  [CTLTYPE.U32]: [4, (bytes, at) => BigInt(bytes.readUInt32(at))],
}

/** Gives the numbers of a value by its CTLTYPE; undefined for a type that is no number. */
export function decodeNumbers(kind: number, bytes: Memory): bigint[] | undefined {
  const type = NUMBERS[kind]
  if (type === undefined) return undefined
  const [size, read] = type
  return Array.from({ length: Math.floor(bytes.length / size) }, (_, index) => read(bytes, index * size))
}

/**
 * Gives a value as `sysctl -n` prints it: a string as it is, numbers in decimal with blanks between them, a timeval as
 * `{ sec = N, usec = N }` (without the date that sysctl(8) adds). undefined for nodes and other structures.
 */
export function formatSysctl(kind: number, format: string, bytes: Memory): string | undefined {
  if (kind === CTLTYPE.STRING) {
    const end = bytes.indexOf(0)
    return decode(bytes.subarray(0, end === -1 ? bytes.length : end))
  }
  if (kind === CTLTYPE.OPAQUE && format === 'S,timeval' && bytes.length >= 16)
    return `{ sec = ${bytes.readBigInt64(0)}, usec = ${bytes.readBigInt64(8)} }`
  return decodeNumbers(kind, bytes)?.join(' ')
}
