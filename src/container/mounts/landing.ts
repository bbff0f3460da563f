/** Mounts on an object that is held by a descriptor, and proves that the mount stands there and nowhere else. */

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
import { isHiddenFsid, isSameObject } from './same-object.ts'

/** Somebody changed the path before anything was mounted (code HOST). The caller may walk the path again. */
export class ChangedUnderway extends JailwrightError {
  constructor(step: MountStep, target: BeneathTarget) {
    super('HOST', changed(step, target).message, { subject: step.origin })
  }
}

/** Returns the error for a path that somebody changed while it was being mounted on (code HOST). */
export function changed({ origin }: MountStep, { path }: BeneathTarget): JailwrightError {
  return new JailwrightError('HOST', `${origin}: ${path} was changed while it was being mounted`, {
    subject: origin,
  })
}

/**
 * Mounts on the target, under an undo that finds the mount from any instant on. A mount that lands in another place is
 * unmounted.
 * @throws ChangedUnderway when the place does not exist any more; JailwrightError HOST when the mount landed elsewhere.
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
      // A mount that landed elsewhere is not retried, because each try may stand elsewhere for a moment.
      throw changed(step, target)
    },
    fsid => ({ fsid }),
  )
}

/** Returns the newest mount on a path; undefined also when the path cannot be walked any more. */
function topAt(host: Host, path: string): Omit<MountEntry, 'on'> | undefined {
  try {
    return host.kernel.mountAt(path)
  } catch (error) {
    if (error instanceof SyscallError) return undefined
    throw error
  }
}

/** Returns the number of mounts on a path. */
function heightAt(host: Host, path: string): number {
  return host.kernel.mounts().filter(({ on }) => on === path).length
}

/**
 * True when the mount is not one of those before the step. In a jail, where the kernel hides ids, the number of mounts
 * on the path must have grown.
 */
function isNew(
  host: Host,
  undo: Extract<Undo, { op: 'unmount' }>,
  made: Omit<MountEntry, 'on'>,
  height: number,
): boolean {
  if (isHiddenFsid(made.fsid)) return heightAt(host, undo.path) > height
  return made.fsid !== undo.before && !undo.known?.includes(made.fsid)
}

/** True when an entry of the mount table has the type and source of a step. */
function isOfStep({ fstype, source }: MountStep, mount: MountEntry): boolean {
  return mount.fstype === fstype && mount.from === source
}

/**
 * Unmounts the mount that has just landed in another place, wherever that is. It is the newest mount of this type and
 * source that did not stand when this container began and that no journal owns; another container may mount the same
 * source at the same time. In a jail, where the kernel hides ids, only a mount below the root is unmounted.
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
 * Calls nmount(2) on an object that is held by a descriptor. A directory is given as `.` after fchdir(2): the kernel
 * mounts on that very directory and records the path that it has at that moment, ENOENT when it has none any more
 * (vn_path_to_global_path in sys/kern/vfs_cache.c), so no link is followed. A directory that was moved is mounted on where
 * it is now, which the caller sees. A file is given by its name in its directory, because the kernel takes a file only by a
 * path and follows links in it (vfs_domount in sys/kern/vfs_mount.c). Somebody may replace that name between the check and
 * the call, so the caller checks afterwards where the mount landed.
 */
export function mountHeld(
  host: Host,
  step: MountStep,
  target: BeneathTarget,
  options: readonly MountOption[],
  roots: Roots,
): void {
  const mount = (fspath: string) => {
    // Compared again right before the call: a source that was replaced by the place itself since it was first looked at
    // would hang the kernel (same-object.ts).
    if (step.fstype === 'nullfs' && isSameObject(host, step.source, target))
      throw new ChangedUnderway(step, target)
    host.kernel.nmount([['fstype', step.fstype], ['fspath', fspath], ['from', step.source], ...options])
  }
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
    if (noName && !lacksSource(step, target)) throw new ChangedUnderway(step, target)
    throw error
  } finally {
    changeDirectory('/')
  }
}

/** Errors of nmount(2) for `.` when the directory has lost its path. */
const NO_NAME = new Set(['ENOENT', 'ENOTDIR', 'ELOOP'])

/** File systems whose source is a name and not a path. They answer ENOENT to a name that does not exist. */
const NAMED_SOURCE = new Set(['zfs', 'p9fs'])

/** True when ENOENT may concern the source: its path does not exist, or it is a name and the destination is unchanged. */
function lacksSource({ fstype, source }: MountStep, target: BeneathTarget): boolean {
  if (source.startsWith('/')) return !exists(source)
  return NAMED_SOURCE.has(fstype) && isSame(linkStatusOf(target.path), statusOfDescriptor(target.fd))
}

function isSame(one: FileStatus | undefined, other: FileStatus): boolean {
  return one?.ino === other.ino && one.dev === other.dev
}
