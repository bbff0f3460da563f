/** Reading the entries of a directory piece by piece, and removing a whole tree without following a link out of it. */
import { abi } from './abi/index.ts'
import { type FileKind, kindOfEntry } from './abi/stat.ts'
import { nameOf } from './ffi/file-names.ts'
import { call, check, cString, lastErrno, lastError } from './ffi/index.ts'
import { memory } from './ffi/memory.ts'

/** One entry of a directory; its kind is `other` when the file system does not tell the kind. */
export interface DirectoryEntry {
  name: string
  kind: FileKind
}

/** Bytes to read at a time, which are a few hundred entries. */
const CHUNK = 16_384

/**
 * Gives the entries of a directory without `.` and `..`, which are read piece by piece on demand. A descriptor is read from its
 * current position and stays open. `nameOf` decodes the names.
 */
export function* directoryEntries(directory: string | number): Generator<DirectoryEntry, void, undefined> {
  const fd = typeof directory === 'number' ? directory : openDirectory(directory)
  try {
    const bytes = memory(CHUNK)
    const base = memory(8)
    for (;;) {
      const size =
        abi.os === 'freebsd'
          ? check('getdirentries', subjectOf(directory), fd, bytes, CHUNK, base)
          : check('getdents64', subjectOf(directory), fd, bytes, CHUNK)
      if (size === 0) return
      for (let at = 0; at < size; at += bytes.readUInt16(at + abi.dirent.reclen)) {
        const start = at + abi.dirent.name
        const name = nameOf(bytes.subarray(start, bytes.indexOf(0, start)))
        // On FreeBSD the record of a removed file stays, with the inode 0 (dir(5)).
        if (name === '.' || name === '..' || isGone(bytes.subarray(at, at + 8))) continue
        yield { name, kind: kindOfEntry(bytes.readUInt8(at + abi.dirent.type)) }
      }
    }
  } finally {
    if (typeof directory === 'string') call('close', fd)
  }
}

function subjectOf(directory: string | number): string {
  return typeof directory === 'string' ? directory : `descriptor ${directory}`
}

function isGone(inode: Uint8Array): boolean {
  return abi.os === 'freebsd' && inode.every(byte => byte === 0)
}

function openDirectory(path: string): number {
  return check('openat', path, abi.atFdcwd, cString(path), abi.open.DIRECTORY | abi.open.CLOEXEC, 0)
}

/** Gives the names in a directory without `.` and `..`, in the order of the directory. */
export function listDirectory(directory: string | number): string[] {
  const names: string[] = []
  for (const { name } of directoryEntries(directory)) names.push(name)
  return names
}

/**
 * Removes a file, or a directory with its contents. Links are removed, never followed. It is no error when the path is missing.
 */
export function removeTree(path: string): void {
  removeEntry(abi.atFdcwd, path, path)
}

function removeEntry(parent: number, name: string, subject: string): void {
  if (call('unlinkat', parent, cString(name), 0) !== -1) return
  const error = lastError('unlink', subject)
  if (error.errno === 'ENOENT') return
  // unlink(2) of a directory fails with EISDIR on Linux and EPERM on FreeBSD.
  if (error.errno !== 'EISDIR' && error.errno !== 'EPERM') throw error
  const { DIRECTORY, NOFOLLOW, CLOEXEC } = abi.open
  const fd = call('openat', parent, cString(name), DIRECTORY | NOFOLLOW | CLOEXEC, 0)
  if (fd === -1) {
    if (lastErrno() === 'ENOTDIR') throw error
    throw lastError('open', subject)
  }
  try {
    for (const inner of listDirectory(fd)) removeEntry(fd, inner, `${subject}/${inner}`)
  } finally {
    call('close', fd)
  }
  if (call('unlinkat', parent, cString(name), abi.atRemovedir) === -1) {
    const failed = lastError('rmdir', subject)
    if (failed.errno !== 'ENOENT') throw failed
  }
}
