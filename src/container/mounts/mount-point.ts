/** Mount points: found, or made under the journal, in a root that a hostile image cannot lead out of. */

import { JailwrightError, SyscallError } from '../../errors.ts'
import { changeDirectory, isWritable } from '../../host/files.ts'
import type { BeneathTarget, Host, MountEntry } from '../../host/types.ts'
import { dirname } from '../../paths.ts'
import type { MountPoint } from '../../translate/core/plan.ts'
import { effect } from '../journal/effect.ts'
import type { Journal } from '../journal/journal.ts'

/** Where mounts go. */
export interface Roots {
  /** What the jail sees as `/`. */
  mountRoot: string
  /** The root filesystem below a read-only alias; the same as `mountRoot` without one. */
  realRoot: string
  /** The mount table as it was before the first mount of this container; taken when it is needed. */
  standing?: readonly MountEntry[]
  /** An empty file of ours, which is what a masked file shows; made when it is needed. */
  empty: string
}

/** The destination, found or made; what cannot be is told with its property. */
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
    // devfs has no mkdir(2); a ruleset of the host that was changed is the usual reason (ocijail#5).
    const hidden = error.errno === 'EOPNOTSUPP' && step.destination.startsWith('/dev/')
    const hint = hidden ? { hint: 'does the ruleset of its devfs show it?' } : {}
    throw new JailwrightError('HOST', `${subject}: ${error.message}`, { subject, cause: error, ...hint })
  }
}

/** Finds or makes the mount point; undefined for an optional one that is not there. */
function findTarget(host: Host, journal: Journal, step: MountPoint, roots: Roots): BeneathTarget | undefined {
  const find = () => host.process.openBeneath(roots.mountRoot, step.destination, {})
  const found = find()
  if (found || step.onlyIfExists) return found
  let made: BeneathTarget | undefined
  try {
    made = makeTarget(host, journal, step, roots.mountRoot, roots)
  } catch (error) {
    if (!(error instanceof NeedsRealRoot)) throw error
    // Below the read-only alias it is made in the root filesystem itself, and seen through the alias.
    const below = makeTarget(host, journal, step, roots.realRoot, roots)
    if (below) host.process.close(below.fd)
    made = find()
  }
  if (made) return made
  throw new JailwrightError('HOST', `${step.origin}: cannot make ${step.destination} in the root filesystem`)
}

/** What is missing lies in the read-only alias of the root filesystem. */
class NeedsRealRoot extends Error {}

/**
 * Makes what is missing of a mount point in one walk. What is made in the root is under an undo that names it as it was
 * made, links resolved. What is made in a mount of ours is not: a volume may show it to other containers, which mount
 * there too, so it stays as with runc; a tmpfs goes as a whole.
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
  const mounts = journal
    .pending()
    .flatMap(({ undo }) => (undo.op === 'unmount' && undo.path !== roots.mountRoot ? [undo.path] : []))
  const isAlias = root === roots.mountRoot && roots.mountRoot !== roots.realRoot
  return host.process.openBeneath(root, step.destination, {
    create,
    mode,
    onCreate: (made, kind, make) => {
      const path = made.slice(root === '/' ? 0 : root.length)
      const label = `${kind === 'dir' ? 'mkdir' : 'make'} ${path}`
      if (mounts.some(on => made.startsWith(`${on}/`))) effect(label, make)
      else if (isAlias) throw new NeedsRealRoot()
      else journal.perform(label, { op: kind === 'dir' ? 'rmdir' : 'unlink', root, path }, make)
    },
  })
}

/** Which root to change a directory's entries in: below a read-only root, the root filesystem itself. */
export function writableRoot(host: Host, roots: Roots, directory: string): string {
  const parent = host.process.openBeneath(roots.mountRoot, directory, {})
  return parent && inDirectory(host, parent, () => isWritable('.')) ? roots.mountRoot : roots.realRoot
}

/** Runs an action in the directory that holds `path`, found beneath `root`. */
export function inParent<T>(host: Host, root: string, path: string, action: () => T): T {
  const parent = host.process.openBeneath(root, dirname(path), {})
  if (!parent) throw new JailwrightError('HOST', `${dirname(path)}: no such directory`)
  return inDirectory(host, parent, action)
}

/** Runs an action with a held directory as working directory, so that no path is walked again. */
export function inDirectory<T>(host: Host, directory: BeneathTarget, action: () => T): T {
  host.process.fchdir(directory.fd)
  try {
    return action()
  } finally {
    changeDirectory('/')
    host.process.close(directory.fd)
  }
}
