/** The runtime's root directory (`--root`), and what stands in the way of containers in it. */
import { lstatSync, mkdirSync, realpathSync } from 'node:fs'
import { JailwrightError } from '../errors.ts'
import type { Layout } from './layout.ts'

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

/**
 * Whatever stands at the place of a container's directory without being one is somebody else's: it is not removed, and
 * its name cannot be used before it is.
 */
export function requireDirectory({ dir }: Layout): void {
  let facts: ReturnType<typeof lstatSync>
  try {
    facts = lstatSync(dir, { throwIfNoEntry: false })
  } catch (error) {
    // A root that is no directory has no containers.
    if ((error as NodeJS.ErrnoException).code !== 'ENOTDIR') throw error
  }
  if (!facts || facts.isDirectory()) return
  throw new JailwrightError(
    'STATE',
    `${dir} is in the place of a container, and is not the directory of one`,
    {
      subject: dir,
      hint: `remove it: rm ${dir}`,
    },
  )
}
