/**
 * The lock of a container. Two commands on one container wait for each other; commands on different containers do not.
 * The lock is taken with flock(2), which the kernel releases when the holder dies.
 */
import { errnoOf, JailwrightError } from '../../errors.ts'
import { closeFile, exists, isSameFile, makeDirectories, openFile, removeFile } from '../../host/files.ts'
import type { EverydayHost, Host } from '../../host/types.ts'
import { waitUntil } from '../../host/wait.ts'
import { dirname } from '../../paths.ts'

/**
 * A held lock. `release` gives it up. `remove` gives it up and removes its file, for a container that is gone;
 * `release` does so too when the container has no directory.
 */
export interface Lock {
  /**
   * Returns a host whose tools, except those that enter a jail, hold the lock too until they end. A command that is
   * killed while ifconfig(8) runs leaves ifconfig(8) running, and the command that cleans up must wait for it.
   */
  guard(host: Host): Host
  release(): void
  remove(): void
}

/** How long a command waits for another command on the same container, in milliseconds. */
const PATIENCE = 120_000

/**
 * Takes the lock file at `path`, or its directory when the disk has no room for the file. Waits up to `timeout` milliseconds for its holder, and returns undefined when the lock
 * is still held; with 0 it tries once.
 * @throws SyscallError of open(2).
 */
export function tryLock(host: EverydayHost, path: string, timeout: number): Lock | undefined {
  let fd = -1
  let isFile = true
  const take = (): boolean => {
    if (fd < 0) ({ fd, isFile } = openLock(path))
    if (!host.process.flock(fd, 'exclusive', { nonBlocking: true })) return false
    // The former holder may have removed the file with its container, so that the path is now another file or none.
    if (!isFile || isSameFile(fd, path)) return true
    closeFile(fd)
    fd = -1
    return false
  }
  if (!waitUntil(take, timeout)) {
    if (fd >= 0) closeFile(fd)
    return undefined
  }
  const held = fd
  let open = true
  const remove = () => {
    if (open && isFile) removeFile(path)
    if (open) closeFile(held)
    open = false
  }
  const release = () => {
    // A waiter may have made the lock file anew after `delete`, so it is removed when the container does not exist.
    try {
      if (open && isFile && !exists(directoryOf(path))) removeFile(path)
    } catch {
      // The disk is read-only, or the whole root directory has been removed.
    }
    if (open) closeFile(held)
    open = false
  }
  return {
    guard: host => ({
      ...host,
      run: (tool, args, options) => host.run(tool, args, { ...options, keepOpen: held }),
    }),
    release,
    remove,
  }
}

/**
 * Takes a container's lock.
 * @throws JailwrightError STATE when another command has held it for too long.
 */
export function lockContainer(host: EverydayHost, path: string, id: string): Lock {
  const lock = tryLock(host, path, PATIENCE)
  if (lock) return lock
  throw new JailwrightError(
    'STATE',
    `container ${id}: another command has held its lock for ${PATIENCE / 1000} s`,
    {
      subject: id,
      hint: `a tool that it has started may hang: fuser ${path} tells who holds the lock`,
    },
  )
}

/** Returns the container's directory for the path of its lock (see `layout`). */
function directoryOf(lock: string): string {
  const at = lock.lastIndexOf('/')
  return lock.slice(0, lock.lastIndexOf('/', at - 1)) + lock.slice(at)
}

/** Errors that mean that there is no room for one more file. */
const NO_ROOM = new Set(['ENOSPC', 'EDQUOT'])

/**
 * Opens the lock file. The first container makes the directory of the locks. On a full disk the directory is opened in
 * place of a file that does not exist, so that a container can still be deleted: whoever holds the lock has its file.
 */
function openLock(path: string): { fd: number; isFile: boolean } {
  try {
    return { fd: openFile(path, 'append', 0o600), isFile: true }
  } catch (error) {
    const code = errnoOf(error) ?? ''
    // A container below a read-only root can still be killed, because flock(2) needs no permission to write.
    if (code === 'EROFS') return { fd: openFile(path, 'read'), isFile: true }
    if (NO_ROOM.has(code)) return { fd: openFile(dirname(path), 'read'), isFile: false }
    if (code !== 'ENOENT') throw error
    makeDirectories(dirname(path), 0o700)
    return { fd: openFile(path, 'append', 0o600), isFile: true }
  }
}
