/** The runtime's root directory (`--root`). */
import { errnoOf, JailwrightError } from '../../errors.ts'
import { makeDirectories, realPath } from '../../host/files.ts'

/** The error for a `--root` that is a file, or lies below one. */
export function notADirectory(root: string): JailwrightError {
  return new JailwrightError('HOST', `--root ${root}: not a directory`, { subject: root })
}

/** Makes the root directory where there is none, and gives its real path. */
export function makeRoot(root: string): string {
  try {
    makeDirectories(root, 0o711)
  } catch (error) {
    const code = errnoOf(error)
    throw code === 'EEXIST' || code === 'ENOTDIR' ? notADirectory(root) : error
  }
  return realPath(root)
}

/**
 * Only root can make jails. Said before anything of the host is asked: what is hidden from others would seem to be
 * missing.
 */
export function requireRoot(uid: number | undefined): void {
  if (uid !== 0) throw new JailwrightError('HOST', 'operation not permitted: jails need root')
}
