/** The runtime's root directory (`--root`). */
import { mkdirSync, realpathSync } from 'node:fs'
import { JailwrightError } from '../../errors.ts'

/** The error for a `--root` that is a file, or lies below one. */
export function notADirectory(root: string): JailwrightError {
  return new JailwrightError('HOST', `--root ${root}: not a directory`, { subject: root })
}

/** Makes the root directory where there is none, and gives its real path. */
export function makeRoot(root: string): string {
  try {
    mkdirSync(root, { recursive: true, mode: 0o711 })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw code === 'EEXIST' || code === 'ENOTDIR' ? notADirectory(root) : error
  }
  return realpathSync(root)
}

/**
 * Only root can make jails. Said before anything of the host is asked: what is hidden from others would seem to be
 * missing.
 */
export function requireRoot(uid: number | undefined): void {
  if (uid !== 0) throw new JailwrightError('HOST', 'operation not permitted: jails need root')
}
