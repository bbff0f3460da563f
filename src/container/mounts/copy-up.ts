/**
 * tmpcopyup: copies the directory that a tmpfs covers into the tmpfs. Another container may change that directory
 * meanwhile, when it lies in a volume. So each object is opened once without following a link, and is checked and read
 * by its descriptor; a path of more than one component is never walked.
 */
import { errnoOf, JailwrightError, SyscallError } from '../../errors.ts'
import { memory } from '../../host/ffi/memory.ts'
import {
  changeDirectory,
  changeLinkOwner,
  changeMode,
  changeOwner,
  closeFile,
  directoryEntries,
  type FileStatus,
  linkStatusOf,
  makeDirectory,
  makeSymbolicLink,
  openFile,
  readInto,
  readLink,
  removeTree,
  statusOfDescriptor,
  writeFrom,
} from '../../host/files.ts'
import type { Host } from '../../host/types.ts'
import type { LateOptions } from '../../translate/mounts/tmpfs-late-options.ts'

const CHUNK = 256 * 1024

/**
 * The most that is copied. Without bounds a hostile image could fill the host's disk with a sparse file, or keep
 * `create` busy for ever with endless directories; real directories hold some megabytes. A tmpfs with a size bounds the
 * bytes itself.
 */
const MAX = { bytes: 1024 ** 3, entries: 250_000, depth: 128 }

/** The request for a copy, for the error when there is more than may be copied (code HOST). */
export interface CopyFor {
  property: string
  /** The size of the tmpfs in bytes; undefined when it has none. */
  size: number | undefined
  /** True when the copy is for a read-only path. */
  readonlyPath: boolean
}

/** The amounts that may still be copied. */
interface Budget {
  reason: CopyFor
  bytes: number
  entries: number
  depth: number
}

function spend(budget: Budget, what: 'bytes' | 'entries' | 'depth', amount: number): void {
  budget[what] -= amount
  if (budget[what] >= 0) return
  const { property, readonlyPath } = budget.reason
  const why = {
    bytes: readonlyPath ? `it holds more than ${MAX.bytes} bytes` : 'it holds more than the tmpfs may take',
    entries: `it holds more than ${MAX.entries} entries`,
    depth: `its directories are deeper than ${MAX.depth}`,
  }[what]
  throw new JailwrightError('HOST', `${property}: ${readonlyPath ? 'read-only copy' : 'tmpcopyup'}: ${why}`, {
    subject: property,
    hint: readonlyPath
      ? 'FreeBSD cannot mount a directory on itself, so a read-only path is a copy; keep it in a volume that is mounted ro'
      : 'notmpcopyup leaves the tmpfs empty, size=BYTES lets it take more',
  })
}

/** A saved directory: the path of the copy, and the owner and mode of the original. */
export interface SavedTree {
  dir: string
  facts: FileStatus
}

/**
 * Copies the content of the directory `from` (a descriptor) into a new directory at `dir`. Call it before the mount: a
 * covered directory cannot be reached any more, because fchdir(2) crosses into the mount that covers it (sys_fchdir in
 * sys/kern/vfs_syscalls.c). Owner and mode are kept, and links stay links. Sockets, FIFOs and devices are left out,
 * because a tmpfs has no use for them.
 * @throws JailwrightError HOST when the content exceeds the bounds; SyscallError when a call fails.
 */
export function saveTree(host: Host, from: number, dir: string, reason: CopyFor): SavedTree {
  removeTree(dir)
  makeDirectory(dir, 0o700)
  const budget: Budget = { ...MAX, bytes: reason.size || MAX.bytes, reason }
  return inBoth(host, from, dir, (source, copy) => {
    copyEntries(host, source, copy, budget)
    return { dir, facts: statusOfDescriptor(source) }
  })
}

/**
 * Copies a file of the working directory to a new path, with owner and mode. `isIt` checks the opened file. Returns
 * false when the name now stands for another file or for no file.
 */
export function saveFile(
  host: Host,
  name: string,
  to: string,
  property: string,
  isIt: (fd: number) => boolean,
): boolean {
  const source = openEntry(host, name, 'file')
  if (source === undefined) return false
  try {
    if (!isIt(source)) return false
    const copy = openFile(to, 'new', 0o600)
    try {
      const reason = { property, size: undefined, readonlyPath: true }
      copyBytes(source, copy, { ...MAX, reason })
      giveFacts(copy, statusOfDescriptor(source))
    } finally {
      closeFile(copy)
    }
    return true
  } finally {
    closeFile(source)
  }
}

/**
 * Fills the root of the new tmpfs (a descriptor) with the saved content, gives it the covered directory's owner and
 * mode unless the options set others, and removes the saved copy.
 */
export function restoreTree(host: Host, saved: SavedTree, to: number, options: LateOptions): void {
  inBoth(host, saved.dir, to, (source, copy) => {
    copyEntries(host, source, copy, undefined)
    changeOwner(copy, options.uid ?? saved.facts.uid, options.gid ?? saved.facts.gid)
    changeMode(copy, options.mode ?? saved.facts.mode)
  })
  removeTree(saved.dir)
}

/** Gives the root of a new tmpfs (a descriptor) the owner and mode of its options, as far as they are set. */
export function giveRoot(host: Host, root: number, options: LateOptions): void {
  inBoth(host, root, root, fd => {
    const { uid, gid } = statusOfDescriptor(fd)
    changeOwner(fd, options.uid ?? uid, options.gid ?? gid)
    if (options.mode !== undefined) changeMode(fd, options.mode)
  })
}

/**
 * Runs an action with readable descriptors of two directories, each named by a descriptor or by a path of the state
 * directory.
 */
function inBoth<T>(
  host: Host,
  from: number | string,
  to: number | string,
  action: (source: number, copy: number) => T,
): T {
  const open = (directory: number | string) => {
    if (typeof directory === 'number') host.process.fchdir(directory)
    else changeDirectory(directory)
    const fd = openEntry(host, '.', 'dir')
    if (fd === undefined)
      throw new SyscallError('open', 'ENOENT', 'No such file or directory', String(directory))
    return fd
  }
  const opened: number[] = []
  try {
    opened.push(open(from), open(to))
    return action(opened[0]!, opened[1]!)
  } finally {
    for (const fd of opened) closeFile(fd)
    changeDirectory('/')
  }
}

/**
 * Opens an entry of the working directory. Returns undefined when it is gone, or is a link or another kind of object.
 */
function openEntry(host: Host, name: string, kind: 'dir' | 'file'): number | undefined {
  let fd: number
  try {
    fd = host.process.openNoFollow(name)
  } catch (error) {
    const code = errnoOf(error)
    if (['ENOENT', 'ELOOP', 'EMLINK', 'ENXIO', 'EOPNOTSUPP'].includes(code ?? '')) return undefined
    throw error
  }
  const facts = statusOfDescriptor(fd)
  if (kind === 'dir' ? facts.kind === 'dir' : facts.kind === 'file') return fd
  closeFile(fd)
  return undefined
}

function copyEntries(host: Host, from: number, to: number, budget: Budget | undefined): void {
  // Entries are read piece by piece, so that the budget ends the reading of an endless directory.
  for (const { name } of directoryEntries(from)) {
    if (budget) spend(budget, 'entries', 1)
    host.process.fchdir(from)
    const seen = linkStatusOf(name)
    if (seen?.kind === 'link') copyLink(host, name, seen, to)
    else if (seen?.kind === 'dir') copyDirectory(host, name, to, budget)
    else if (seen?.kind === 'file') copyFile(host, name, to, budget)
  }
}

function copyLink(host: Host, name: string, seen: FileStatus, to: number): void {
  let target: string
  try {
    target = readLink(name)
  } catch {
    return
  }
  host.process.fchdir(to)
  makeSymbolicLink(target, name)
  changeLinkOwner(name, seen.uid, seen.gid)
}

function copyDirectory(host: Host, name: string, to: number, budget: Budget | undefined): void {
  const source = openEntry(host, name, 'dir')
  if (source === undefined) return
  try {
    host.process.fchdir(to)
    makeDirectory(name, 0o700)
    const copy = openEntry(host, name, 'dir')!
    try {
      if (budget) spend(budget, 'depth', 1)
      copyEntries(host, source, copy, budget)
      if (budget) budget.depth += 1
      giveFacts(copy, statusOfDescriptor(source))
    } finally {
      closeFile(copy)
    }
  } finally {
    closeFile(source)
  }
}

function copyFile(host: Host, name: string, to: number, budget: Budget | undefined): void {
  const source = openEntry(host, name, 'file')
  if (source === undefined) return
  try {
    host.process.fchdir(to)
    const copy = openFile(name, 'new', 0o600)
    try {
      copyBytes(source, copy, budget, name)
      giveFacts(copy, statusOfDescriptor(source))
    } finally {
      closeFile(copy)
    }
  } finally {
    closeFile(source)
  }
}

/** The buffer of all copies: fresh memory for each of many small files would cost more than their reading. */
let buffer: Uint8Array | undefined

function copyBytes(from: number, to: number, budget: Budget | undefined, name?: string): void {
  buffer ??= memory(CHUNK)
  const chunk = buffer
  for (;;) {
    const count = readInto(from, chunk, name)
    if (count === 0) return
    if (budget) spend(budget, 'bytes', count)
    for (let at = 0; at < count; ) at += writeFrom(to, chunk.subarray(0, count), at, name)
  }
}

/** The owner is set first, because chown(2) clears the set-uid bit. */
function giveFacts(fd: number, facts: FileStatus): void {
  changeOwner(fd, facts.uid, facts.gid)
  changeMode(fd, facts.mode)
}
