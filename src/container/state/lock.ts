/**
 * One lock a container, so that two commands on one container wait for each other and commands on different
 * containers never do. flock(2): the kernel releases it when the holder dies, however it dies.
 */
import { errnoOf, JailwrightError } from '../../errors.ts'
import { closeFile, exists, isSameFile, makeDirectories, openFile, removeFile } from '../../host/files.ts'
import type { EverydayHost, Host } from '../../host/types.ts'
import { waitUntil } from '../../host/wait.ts'

/**
 * A held lock. `release` gives it up; `remove` also takes its file away (for a container that is gone), as `release` does
 * when there is no directory of the container.
 */
export interface Lock {
  /**
   * The host with tools that hold the lock too, until they end: a command that is killed while jail(8) runs leaves it
   * running, and whoever clears up must not begin before it is done.
   */
  guard(host: Host): Host
  release(): void
  remove(): void
}

/** How long a command waits for another one on the same container, in milliseconds. */
const PATIENCE = 120_000

/**
 * Takes the lock file at `path`, waiting for its holder; `timeout` 0 gives up at once. Undefined when not given in
 * time. Throws what open(2) says.
 */
export function tryLock(host: EverydayHost, path: string, timeout: number): Lock | undefined {
  let fd = -1
  const take = (): boolean => {
    if (fd < 0) fd = openLock(path)
    if (!host.process.flock(fd, 'exclusive', { nonBlocking: true })) return false
    // The one who held it may have removed it with its container: then the path is another file, or none.
    if (isSameFile(fd, path)) return true
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
    if (open) removeFile(path)
    if (open) closeFile(held)
    open = false
  }
  const release = () => {
    // A waiter may have made the lock file anew after `delete`: it goes when there is no container.
    try {
      if (open && !exists(directoryOf(path))) removeFile(path)
    } catch {
      // A read-only disk, or the whole directory of --root has been removed.
    }
    if (open) closeFile(held)
    open = false
  }
  return {
    guard: host => ({
      ...host,
      // A tool that enters a jail (ifconfig -j, route -j) gets no descriptor of ours: root of a hostile parent jail could
      // stop or trace it there and keep the lock.
      run: (tool, args, options) =>
        host.run(tool, args, args.includes('-j') ? options : { ...options, keepOpen: held }),
    }),
    release,
    remove,
  }
}

/** Takes a container's lock or says who keeps us from it (code STATE). */
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

/** The container's directory, by the path of its lock (see `layout`). */
function directoryOf(lock: string): string {
  const at = lock.lastIndexOf('/')
  return lock.slice(0, lock.lastIndexOf('/', at - 1)) + lock.slice(at)
}

/** Opens the lock file; the directory of locks is made by the first container. */
function openLock(path: string): number {
  try {
    return openFile(path, 'append', 0o600)
  } catch (error) {
    const code = errnoOf(error)
    // A read-only root must not keep a container from being killed: flock(2) asks for no right to write.
    if (code === 'EROFS') return openFile(path, 'read')
    if (code !== 'ENOENT') throw error
    makeDirectories(path.slice(0, path.lastIndexOf('/')), 0o700)
    return openFile(path, 'append', 0o600)
  }
}
