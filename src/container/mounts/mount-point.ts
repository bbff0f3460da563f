/** Finds mount points, or makes them under the journal, in a root that a hostile image cannot lead out of. */

import { JailwrightError, SyscallError } from '../../errors.ts'
import { changeDirectory, isWritable } from '../../host/files.ts'
import type { BeneathTarget, Host, MountEntry } from '../../host/types.ts'
import { dirname } from '../../paths.ts'
import type { MountPoint } from '../../translate/core/plan.ts'
import { effect } from '../journal/effect.ts'
import type { Journal } from '../journal/journal.ts'

/** The directories that mounts of a container concern. */
export interface Roots {
  /** The directory that the jail sees as `/`. */
  mountRoot: string
  /** The root filesystem below a read-only alias; equal to `mountRoot` when there is no alias. */
  realRoot: string
  /** The mount table before the first mount of this container; it is read when it is first needed. */
  standing?: readonly MountEntry[]
  /** Path of an empty file, which a masked file shows; the file is made when it is first needed. */
  empty: string
}

/**
 * Finds or makes the destination of a step. Returns undefined for an optional destination that does not exist.
 * @throws JailwrightError HOST with the property of the step.
 */
export function lookUp(
  host: Host,
  journal: Journal,
  step: MountPoint,
  roots: Roots,
): BeneathTarget | undefined {
  try {
    return findTarget(host, journal, step, roots)
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error
    const subject = step.origin.startsWith('mounts[') ? `${step.origin}.destination` : step.origin
    // devfs has no mkdir(2). The usual cause is a ruleset of the host that was changed (ocijail issue 5).
    const hidden = error.errno === 'EOPNOTSUPP' && step.destination.startsWith('/dev/')
    const hint = hidden ? { hint: 'does the ruleset of its devfs show it?' } : {}
    throw new JailwrightError('HOST', `${subject}: ${error.message}`, { subject, cause: error, ...hint })
  }
}

/** Finds or makes the mount point; undefined for an optional one that does not exist. */
function findTarget(host: Host, journal: Journal, step: MountPoint, roots: Roots): BeneathTarget | undefined {
  const find = () => host.process.openBeneath(roots.mountRoot, step.destination, {})
  const found = find()
  if (found || step.onlyIfExists) return found
  let made: BeneathTarget | undefined
  try {
    made = makeTarget(host, journal, step, roots.mountRoot, roots)
  } catch (error) {
    if (!(error instanceof NeedsRealRoot)) throw error
    // A mount point below the read-only alias is made in the root filesystem itself and then found through the alias.
    const below = makeTarget(host, journal, step, roots.realRoot, roots)
    if (below) host.process.close(below.fd)
    made = find()
  }
  if (made) return made
  throw new JailwrightError('HOST', `${step.origin}: cannot make ${step.destination} in the root filesystem`)
}

/** The missing part of the path lies in the read-only alias of the root filesystem. */
class NeedsRealRoot extends Error {}

/**
 * Makes the missing part of a mount point in one walk. A name that is made in the root gets an undo with its resolved
 * path. A name that is made in another mount of the container gets none: a volume may show it to other containers,
 * which mount on it too, so it stays, as with runc; a tmpfs disappears as a whole.
 */
function makeTarget(
  host: Host,
  journal: Journal,
  step: MountPoint,
  root: string,
  roots: Roots,
): BeneathTarget | undefined {
  const create = step.target === 'dir' ? 'dir' : 'file'
  const usual = create === 'dir' ? 0o755 : 0o644
  const mode = step.createMode === undefined ? usual : Number.parseInt(step.createMode, 8)
  const isAlias = root === roots.mountRoot && roots.mountRoot !== roots.realRoot
  return host.process.openBeneath(root, step.destination, {
    create,
    mode,
    onCreate: (made, kind, make) => {
      const path = made.slice(root === '/' ? 0 : root.length)
      const label = `${kind === 'dir' ? 'mkdir' : 'make'} ${path}`
      if (isInMount(journal, made, roots)) effect(label, make)
      else if (isAlias) throw new NeedsRealRoot()
      else journal.perform(label, { op: kind === 'dir' ? 'rmdir' : 'unlink', root, path }, make)
    },
  })
}

/** True when a path of the host lies in a mount of the container other than the read-only alias of its root. */
function isInMount(journal: Journal, path: string, { mountRoot }: Roots): boolean {
  for (let above = dirname(path); above !== '/'; above = dirname(above))
    if (above !== mountRoot && journal.hasMountOn(above)) return true
  return false
}

/**
 * Returns the root in which the entries of a directory can be changed: the root filesystem itself below a read-only
 * root.
 */
export function writableRoot(host: Host, roots: Roots, directory: string): string {
  const parent = host.process.openBeneath(roots.mountRoot, directory, {})
  return parent && inDirectory(host, parent, () => isWritable('.')) ? roots.mountRoot : roots.realRoot
}

/** Runs an action in the directory that holds `path`, resolved beneath `root`. */
export function inParent<T>(host: Host, root: string, path: string, action: () => T): T {
  const parent = host.process.openBeneath(root, dirname(path), {})
  if (!parent) throw new JailwrightError('HOST', `${dirname(path)}: no such directory`)
  return inDirectory(host, parent, action)
}

/** Runs an action with a held directory as working directory, so that no path is walked again. Closes the directory. */
export function inDirectory<T>(host: Host, directory: BeneathTarget, action: () => T): T {
  host.process.fchdir(directory.fd)
  try {
    return action()
  } finally {
    changeDirectory('/')
    host.process.close(directory.fd)
  }
}
