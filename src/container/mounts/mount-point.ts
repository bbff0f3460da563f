/** Mount points: found, or made under the journal, in a root that a hostile image cannot lead out of. */
import { accessSync, constants } from 'node:fs'
import { dirname } from 'node:path'
import { JailwrightError, SyscallError } from '../../errors.ts'
import type { BeneathTarget, Host } from '../../host/types.ts'
import type { MountPoint } from '../../translate/core/plan.ts'
import type { Journal } from '../journal/journal.ts'

/** Where mounts go. */
export interface Roots {
  /** What the jail sees as `/`. */
  mountRoot: string
  /** The root filesystem below a read-only alias; the same as `mountRoot` without one. */
  realRoot: string
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
  const found = host.process.openBeneath(roots.mountRoot, step.destination, {})
  if (found || step.onlyIfExists) return found
  const missing = missingParents(host, roots.mountRoot, step.destination)
  const existing = dirname(missing[0] ?? step.destination)
  makeTarget(host, journal, step, missing, writableRoot(host, roots, existing))
  const made = host.process.openBeneath(roots.mountRoot, step.destination, {})
  if (made) return made
  throw new JailwrightError('HOST', `${step.origin}: cannot make ${step.destination} in the root filesystem`)
}

/** Makes a missing mount point and its missing parents in `root`, each under its undo. */
function makeTarget(
  host: Host,
  journal: Journal,
  step: MountPoint,
  parents: readonly string[],
  root: string,
): void {
  const kind = step.target === 'dir' ? 'dir' : 'file'
  const make = (path: string, create: 'dir' | 'file', mode: number) => {
    const made = host.process.openBeneath(root, path, { create, mode })
    if (made) host.process.close(made.fd)
  }
  for (const path of parents) {
    journal.perform(`mkdir ${path}`, { op: 'rmdir', root, path }, () => make(path, 'dir', 0o755))
  }
  const path = step.destination
  const usual = kind === 'dir' ? 0o755 : 0o644
  const mode = step.createMode === undefined ? usual : Number.parseInt(step.createMode, 8)
  const undo =
    kind === 'dir' ? ({ op: 'rmdir', root, path } as const) : ({ op: 'unlink', root, path } as const)
  journal.perform(`make ${path}`, undo, () => make(path, kind, mode))
}

/** Parents of `destination` that do not exist yet, outermost first. */
function missingParents(host: Host, root: string, destination: string): string[] {
  const missing: string[] = []
  for (let parent = dirname(destination); parent !== '/'; parent = dirname(parent)) {
    const found = host.process.openBeneath(root, parent, {})
    if (found) {
      host.process.close(found.fd)
      break
    }
    missing.unshift(parent)
  }
  return missing
}

/** Which root to change a directory's entries in: below a read-only root, the root filesystem itself. */
export function writableRoot(host: Host, roots: Roots, directory: string): string {
  const parent = host.process.openBeneath(roots.mountRoot, directory, {})
  return parent && inDirectory(host, parent, isWritable) ? roots.mountRoot : roots.realRoot
}

/** Whether the working directory's file system takes changes (access(2): EROFS). */
function isWritable(): boolean {
  try {
    accessSync('.', constants.W_OK)
    return true
  } catch {
    return false
  }
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
    process.chdir('/')
    host.process.close(directory.fd)
  }
}
