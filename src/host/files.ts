/** Files: descriptors, contents, names and directories. A failure is a SyscallError that names the path. */
import { decode, encode } from '../bytes.ts'
import type { SyscallError } from '../errors.ts'
import { abi } from './abi/index.ts'
import { decodeStat, type FileStatus, STAT_SIZE } from './abi/stat.ts'
import { nameOf } from './ffi/file-names.ts'
import { call, check, cString, failure, lastErrno, lastError } from './ffi/index.ts'
import { memory } from './ffi/memory.ts'
import type { CArguments, CFunctionName } from './ffi/signatures.ts'

export type { FileStatus } from './abi/stat.ts'
export { directoryEntries, listDirectory, removeTree } from './directories.ts'

const PATH_MAX = 4096

/**
 * How a file is opened: `new` makes the file and fails when it exists (O_EXCL); a number holds this host's flags of open(2).
 */
export type OpenHow = 'read' | 'write' | 'append' | 'new' | number

function openFlags(how: OpenHow): number {
  const { CREAT, TRUNC, APPEND, EXCL } = abi.open
  switch (how) {
    case 'read':
      return 0
    case 'write':
      return 1 | CREAT | TRUNC
    case 'append':
      return 1 | CREAT | APPEND
    case 'new':
      return 1 | CREAT | EXCL
    default:
      return how
  }
}

/** open(2), close-on-exec; `mode` in permission bits, subject to the umask. */
export function openFile(path: string, how: OpenHow, mode = 0o666): number {
  return named('openat', 'open', path, abi.atFdcwd, cString(path), openFlags(how) | abi.open.CLOEXEC, mode)
}

/** close(2). EINTR is no error, because the descriptor is closed then too, on both hosts. */
export function closeFile(fd: number): void {
  if (call('close', fd) !== -1) return
  const error = lastError('close', `descriptor ${fd}`)
  if (error.errno !== 'EINTR') throw error
}

/** read(2) into the whole buffer; gives the number of bytes, 0 at end of file. An error names the file as `name`. */
export function readInto(fd: number, bytes: Uint8Array, name = `descriptor ${fd}`): number {
  return check('read', name, fd, bytes, bytes.length)
}

/** write(2) of the bytes from `offset` on; gives the number of bytes taken. An error names the file as `name`. */
export function writeFrom(fd: number, bytes: Uint8Array, offset = 0, name = `descriptor ${fd}`): number {
  const rest = offset === 0 ? bytes : bytes.subarray(offset)
  return check('write', name, fd, rest, rest.length)
}

/**
 * Writes the whole text to a blocking descriptor, also when the kernel takes it in pieces. An error names the file as
 * `name`.
 */
export function writeText(fd: number, text: string, name?: string): void {
  const bytes = encode(text)
  for (let at = 0; at < bytes.length; ) at += writeFrom(fd, bytes, at, name)
}

/** Gives the bytes of a whole file. A FIFO is opened without waiting for a writer. */
function readFileBytes(path: string): Uint8Array {
  const fd = openFile(path, abi.open.NONBLOCK)
  try {
    // A state file is smaller than this buffer, so that the second read finds the end of the file.
    let bytes = new Uint8Array(4096)
    for (let length = 0; ; ) {
      const size = named('read', 'read', path, fd, bytes.subarray(length), bytes.length - length)
      if (size === 0) return bytes.subarray(0, length)
      length += size
      if (length < bytes.length) continue
      const larger = new Uint8Array(length * 4)
      larger.set(bytes)
      bytes = larger
    }
  } finally {
    closeFile(fd)
  }
}

/** Gives a whole file as text. */
export function readTextFile(path: string): string {
  return decode(readFileBytes(path))
}

/** Makes or truncates a file and writes a text into it; a new file gets the permission bits `mode`, subject to the umask. */
export function writeTextFile(path: string, text: string, mode = 0o666): void {
  const fd = openFile(path, 'write', mode)
  try {
    writeText(fd, text, path)
  } finally {
    closeFile(fd)
  }
}

/** Makes a call that concerns a path, again after EINTR. The error names `syscall` and the path. */
function named<N extends CFunctionName>(
  name: N,
  syscall: string,
  path: string,
  ...args: CArguments<N>
): number {
  for (;;) {
    const result = call(name, ...args)
    if (result !== -1) return result
    const errno = lastErrno()
    if (errno !== 'EINTR') throw failure(syscall, errno, path)
  }
}

function status(name: 'stat' | 'lstat', path: string): FileStatus | undefined {
  const bytes = memory(STAT_SIZE)
  if (call(name, cString(path), bytes) !== -1) return decodeStat(abi, bytes)
  const error: SyscallError = lastError(name, path)
  if (error.errno === 'ENOENT' || error.errno === 'ENOTDIR') return undefined
  throw error
}

/** stat(2), which follows links; undefined for a missing path. */
export function statusOf(path: string): FileStatus | undefined {
  return status('stat', path)
}

/** lstat(2); undefined for a missing path. */
export function linkStatusOf(path: string): FileStatus | undefined {
  return status('lstat', path)
}

/** fstat(2). */
export function statusOfDescriptor(fd: number): FileStatus {
  const bytes = memory(STAT_SIZE)
  check('fstat', `descriptor ${fd}`, fd, bytes)
  return decodeStat(abi, bytes)
}

/** True when the path exists; a link counts as the file that it leads to. */
export function exists(path: string): boolean {
  return call('stat', cString(path), memory(STAT_SIZE)) !== -1
}

/** True when the descriptor and the path are the same file; false when the path is missing. */
export function isSameFile(fd: number, path: string): boolean {
  const held = memory(STAT_SIZE)
  const found = memory(STAT_SIZE)
  check('fstat', `descriptor ${fd}`, fd, held)
  if (call('stat', cString(path), found) === -1) return false
  // On both hosts struct stat begins with the device and the inode, 64 bits each.
  for (let at = 0; at < 16; at++) if (held[at] !== found[at]) return false
  return true
}

/** mkdir(2); the mode is subject to the umask. */
export function makeDirectory(path: string, mode = 0o777): void {
  check('mkdir', path, cString(path), mode)
}

/** Makes a directory and its missing parents; it is no error when the directory exists. */
export function makeDirectories(path: string, mode = 0o777): void {
  if (call('mkdir', cString(path), mode) !== -1) return
  const error = lastError('mkdir', path)
  const above = path.replace(/\/+[^/]*\/*$/, '')
  if (error.errno === 'ENOENT' && above !== '' && above !== path) {
    makeDirectories(above, mode)
    if (call('mkdir', cString(path), mode) !== -1) return
    if (lastErrno() !== 'EEXIST') throw lastError('mkdir', path)
  }
  // Some file systems refuse an existing directory with EROFS or EPERM instead of EEXIST.
  if (statusOf(path)?.kind !== 'dir') throw error
}

/** rmdir(2). */
export function removeDirectory(path: string): void {
  check('rmdir', path, cString(path))
}

/** unlink(2). */
export function removeFile(path: string): void {
  check('unlink', path, cString(path))
}

/** rename(2). */
export function renameFile(from: string, to: string): void {
  check('rename', from, cString(from), cString(to))
}

/** link(2): a further name `to` of the file `from`. */
export function linkFile(from: string, to: string): void {
  check('link', to, cString(from), cString(to))
}

/** symlink(2): makes `path` a link to `target`. */
export function makeSymbolicLink(target: string, path: string): void {
  check('symlink', path, cString(target), cString(path))
}

/** readlink(2). */
export function readLink(path: string): string {
  const buffer = memory(PATH_MAX)
  const length = check('readlink', path, cString(path), buffer, buffer.length)
  return nameOf(buffer.subarray(0, length))
}

/** chmod(2), which follows links, or fchmod(2) for a descriptor. */
export function changeMode(file: string | number, mode: number): void {
  if (typeof file === 'string') check('chmod', file, cString(file), mode)
  else check('fchmod', `descriptor ${file}`, file, mode)
}

/** chown(2), which follows links, or fchown(2) for a descriptor; an id of -1 stays unchanged. */
export function changeOwner(file: string | number, uid: number, gid: number): void {
  if (typeof file === 'string') check('chown', file, cString(file), uid >>> 0, gid >>> 0)
  else check('fchown', `descriptor ${file}`, file, uid >>> 0, gid >>> 0)
}

/** lchown(2): changes the owner of a symbolic link itself. */
export function changeLinkOwner(path: string, uid: number, gid: number): void {
  check('lchown', path, cString(path), uid >>> 0, gid >>> 0)
}

/** True when the real ids of this process permit writing the file (access(2), W_OK). */
export function isWritable(path: string): boolean {
  return call('access', cString(path), 2) !== -1
}

/** realpath(3): gives an absolute path without links, `.` and `..`. */
export function realPath(path: string): string {
  const buffer = memory(PATH_MAX)
  if (call('realpath', cString(path), buffer) === 0) throw lastError('realpath', path)
  return nameOf(buffer.subarray(0, buffer.indexOf(0)))
}

/** chdir(2). */
export function changeDirectory(path: string): void {
  check('chdir', path, cString(path))
}

/** getcwd(3). */
export function currentDirectory(): string {
  const buffer = memory(PATH_MAX)
  if (call('getcwd', buffer, buffer.length) === 0) throw lastError('getcwd')
  return nameOf(buffer.subarray(0, buffer.indexOf(0)))
}

/** umask(2); gives the former mask. */
export function changeUmask(mask: number): number {
  return call('umask', mask)
}
