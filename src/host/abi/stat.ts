/** Decoding struct stat. */
import type { Memory } from '../ffi/memory.ts'
import type { Abi } from './abi.ts'

/** The kind of an object in a file system. */
export type FileKind = 'file' | 'dir' | 'link' | 'fifo' | 'socket' | 'char' | 'block' | 'other'

/** The result of stat(2). */
export interface FileStatus {
  kind: FileKind
  /** Permission bits with set-uid, set-gid and sticky (07777). */
  mode: number
  uid: number
  gid: number
  /** Bytes. */
  size: number
  nlink: number
  dev: bigint
  ino: bigint
  rdev: bigint
  /** Milliseconds since 1970, with fractions. */
  mtime: number
}

/** Buffer size for struct stat: FreeBSD's 224 bytes, the larger of the two hosts' sizes. */
export const STAT_SIZE = 224

const S_IFMT = 0o170000

/** Gives the kind by the bits S_IFMT of st_mode, which are the same on both hosts. */
function kindOfMode(mode: number): FileKind {
  switch (mode & S_IFMT) {
    case 0o100000:
      return 'file'
    case 0o040000:
      return 'dir'
    case 0o120000:
      return 'link'
    case 0o010000:
      return 'fifo'
    case 0o140000:
      return 'socket'
    case 0o020000:
      return 'char'
    case 0o060000:
      return 'block'
    default:
      return 'other'
  }
}

/** Gives the kind by d_type of struct dirent, which is S_IFMT shifted right by twelve bits; `other` for DT_UNKNOWN. */
export function kindOfEntry(type: number): FileKind {
  return kindOfMode(type << 12)
}

/** Decodes a host's struct stat. */
export function decodeStat({ stat }: Abi, bytes: Memory): FileStatus {
  const mode = stat.modeBytes === 2 ? bytes.readUInt16(stat.mode) : bytes.readUInt32(stat.mode)
  return {
    kind: kindOfMode(mode),
    mode: mode & 0o7777,
    uid: bytes.readUInt32(stat.uid),
    gid: bytes.readUInt32(stat.gid),
    size: bytes.readWide(stat.length),
    nlink: stat.nlinkBytes === 8 ? bytes.readWide(stat.nlink) : bytes.readUInt32(stat.nlink),
    dev: bytes.readBigUInt64(stat.dev),
    ino: bytes.readBigUInt64(stat.ino),
    rdev: bytes.readBigUInt64(stat.rdev),
    mtime: bytes.readWide(stat.mtime) * 1000 + bytes.readWide(stat.mtime + 8) / 1e6,
  }
}
