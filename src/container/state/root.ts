/** The runtime's root directory (`--root`). */
import { errnoOf, JailwrightError, quietly } from '../../errors.ts'
import { makeDirectories, realPath } from '../../host/files.ts'

/** Returns the error for a `--root` that is a file or lies below one. */
export function notADirectory(root: string): JailwrightError {
  return new JailwrightError('HOST', `--root ${root}: not a directory`, { subject: root })
}

/**
 * Makes the root directory when it is missing, and returns its real path.
 * @throws JailwrightError HOST when the path is not a directory.
 */
export function makeRoot(root: string): string {
  try {
    makeDirectories(root, 0o711)
  } catch (error) {
    const code = errnoOf(error)
    throw code === 'EEXIST' || code === 'ENOTDIR' ? notADirectory(root) : error
  }
  return realPath(root)
}

/** Returns the real path of the root directory: the kernel records mounts by real paths, and /var/run may be a link. */
export function realRoot(root: string): string {
  return quietly(() => realPath(root)) ?? root
}

/**
 * Refuses every user but root, because only root can make jails. Call it before the host is asked anything: facts that
 * are hidden from other users would seem to be missing.
 * @throws JailwrightError HOST.
 */
export function requireRoot(uid: number | undefined): void {
  if (uid !== 0) throw new JailwrightError('HOST', 'operation not permitted: jails need root')
}
