/** One nmount(2) on an object that is held, and the proof that the mount stands there and nowhere else. */

import { JailwrightError, SyscallError } from '../../errors.ts'
import {
  changeDirectory,
  exists,
  type FileStatus,
  linkStatusOf,
  statusOfDescriptor,
} from '../../host/files.ts'
import type { BeneathTarget, Host, MountEntry, MountOption } from '../../host/types.ts'
import { basename, dirname, relative } from '../../paths.ts'
import type { MountStep } from '../../translate/core/plan.ts'
import type { Journal, Undo } from '../journal/journal.ts'
import { inDirectory, type Roots } from './mount-point.ts'
import { entriesOfOthers, isOwned, mountKey } from './owners.ts'
import { isHiddenFsid } from './same-object.ts'

/** Somebody changed the path under our hands before anything was mounted (code HOST): it can be walked anew. */
export class ChangedUnderway extends JailwrightError {
  constructor(step: MountStep, target: BeneathTarget) {
    super('HOST', changed(step, target).message, { subject: step.origin })
  }
}

/** Somebody changed the path under our hands (code HOST). */
export function changed({ origin }: MountStep, { path }: BeneathTarget): JailwrightError {
  return new JailwrightError('HOST', `${origin}: ${path} was changed while it was being mounted`, {
    subject: origin,
  })
}

/**
 * Mounts on what was found, under an undo that finds the mount from any instant on. A mount that does not stand where it
 * was to is taken away. Throws `ChangedUnderway` when the place is not there any more.
 */
export function mountLanding(
  host: Host,
  journal: Journal,
  step: MountStep,
  target: BeneathTarget,
  options: readonly MountOption[],
  roots: Roots,
): void {
  roots.standing ??= host.kernel.mounts()
  const undo: Extract<Undo, { op: 'unmount' }> = {
    op: 'unmount',
    path: target.path,
    fstype: step.fstype,
    from: step.source,
    before: topAt(host, target.path)?.fsid,
    root: roots.mountRoot,
    known: roots.standing.filter(mount => isOfStep(step, mount)).map(mountKey),
    ...(target.kind === 'dir' ? {} : { file: true }),
  }
  const height = isHiddenFsid(undo.before ?? '') ? heightAt(host, target.path) : 0
  journal.perform(
    `mount ${step.fstype} ${target.path}`,
    undo,
    () => {
      mountHeld(host, step, target, options, roots)
      const made = topAt(host, target.path)
      if (made?.fstype === step.fstype && isNew(host, undo, made, height)) return made.fsid
      takeAway(host, journal, step, roots)
      // Not to be tried again: each time it may stand elsewhere for a moment.
      throw changed(step, target)
    },
    fsid => ({ fsid }),
  )
}

/** The newest mount on a path; undefined also when the path cannot be walked any more. */
function topAt(host: Host, path: string): Omit<MountEntry, 'on'> | undefined {
  try {
    return host.kernel.mountAt(path)
  } catch (error) {
    if (error instanceof SyscallError) return undefined
    throw error
  }
}

function heightAt(host: Host, path: string): number {
  return host.kernel.mounts().filter(({ on }) => on === path).length
}

function isNew(
  host: Host,
  undo: Extract<Undo, { op: 'unmount' }>,
  made: Omit<MountEntry, 'on'>,
  height: number,
): boolean {
  if (isHiddenFsid(made.fsid)) return heightAt(host, undo.path) > height
  return made.fsid !== undo.before && !undo.known?.includes(made.fsid)
}

/** Whether an entry of the mount table may be what a step mounts. */
function isOfStep({ fstype, source }: MountStep, mount: MountEntry): boolean {
  return mount.fstype === fstype && mount.from === source
}

/**
 * Takes away what has just been mounted in another place than was meant, wherever that is: the newest of the mounts that
 * were not there when this container began, which is of this type and source and which no journal owns, neither this
 * container's nor another's that mounts the same just now. Without ids (in a jail) only what stands below the root is.
 */
function takeAway(host: Host, journal: Journal, step: MountStep, roots: Roots): void {
  const before = new Set(roots.standing?.map(mountKey))
  const own = journal.pending().filter(({ done }) => done !== undefined)
  const since = host.kernel.mounts().filter(mount => isOfStep(step, mount) && !before.has(mountKey(mount)))
  const news = since.filter(mount => !isOwned(own, mount))
  const others = news.length === 0 ? [] : entriesOfOthers(journal.directory)
  const ours = news.filter(mount => !isOwned(others, mount)).pop()
  if (!ours) return
  if (isHiddenFsid(ours.fsid) && !ours.on.startsWith(`${roots.mountRoot}/`)) return
  host.kernel.unmount(ours.on, { force: true, fsid: ours.fsid })
}

/**
 * nmount(2) on a directory by its descriptor: the kernel looks whether the path by which it will know the mount leads to
 * that same directory (sys/kern/vfs_cache.c, vn_path_to_global_path), so no link is followed. Whatever path it has instead
 * by now is never tried. A file is given by its name in the directory that holds it, since the kernel takes a file's place
 * by a path only (sys/kern/vfs_mount.c, vfs_domount: FOLLOW): somebody else may replace that name between the look and the
 * call, and where that led is looked at afterwards.
 */
export function mountHeld(
  host: Host,
  step: MountStep,
  target: BeneathTarget,
  options: readonly MountOption[],
  roots: Roots,
): void {
  const mount = (fspath: string) =>
    host.kernel.nmount([['fstype', step.fstype], ['fspath', fspath], ['from', step.source], ...options])
  if (target.kind !== 'dir') {
    const path = `/${relative(roots.mountRoot, target.path)}`
    const holder = host.process.openBeneath(roots.mountRoot, dirname(path), {})
    if (!holder) throw new ChangedUnderway(step, target)
    inDirectory(host, holder, () => {
      const name = basename(path)
      if (!isSame(linkStatusOf(name), statusOfDescriptor(target.fd))) throw new ChangedUnderway(step, target)
      mount(name)
    })
    return
  }
  host.process.fchdir(target.fd)
  try {
    mount('.')
  } catch (error) {
    const noName = error instanceof SyscallError && NO_NAME.has(error.errno)
    // A missing source says ENOENT too.
    if (noName && (!step.source.startsWith('/') || exists(step.source)))
      throw new ChangedUnderway(step, target)
    throw error
  } finally {
    changeDirectory('/')
  }
}

/** What nmount(2) says of `.` when the directory has no path any more, or the path that it had leads elsewhere. */
const NO_NAME = new Set(['ENOENT', 'ENOTDIR', 'ELOOP'])

function isSame(one: FileStatus | undefined, other: FileStatus): boolean {
  return one?.ino === other.ino && one.dev === other.dev
}
