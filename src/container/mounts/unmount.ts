/** Unmounts the container's mounts, which others may have covered or may keep busy. */

import { JailwrightError, SyscallError } from '../../errors.ts'
import { engine } from '../../host/engine/index.ts'
import type { Host, MountEntry } from '../../host/types.ts'
import { waitUntil } from '../../host/wait.ts'
import { basename, dirname } from '../../paths.ts'
import type { Entry, Undo } from '../journal/journal.ts'
import { isOfName } from '../journal/undo.ts'
import { inDirectory } from './mount-point.ts'
import { isOwned, mountKey } from './owners.ts'
import { isHiddenFsid } from './same-object.ts'

/**
 * How long playing back waits for busy mounts, in milliseconds: for all of them together, because a container can keep
 * each of its mounts busy by passing open files to another container.
 */
export const BUSY_PATIENCE = 5_000

/**
 * The same time for the root of a removed jail. The kernel holds that directory until the jail's last credential is
 * gone (prison_deref in sys/kern/kern_jail.c), which takes up to a minute with a socket in TIME_WAIT, so waiting is of
 * little use.
 */
const DYING_PATIENCE = 200

/** The time that is left for busy mounts while a journal is played back. */
export interface Patience {
  /** Milliseconds that are left for busy mounts. */
  left: number
  /** Root of the jail that has been removed. */
  gone: string | undefined
}

type UnmountUndo = Extract<Undo, { op: 'unmount' }>

/**
 * Unmounts a mount of the container. It is found in the mount table by its place and type and, once it was done, its
 * id: its path may lead elsewhere by now, and after a restart the same id belongs to another mount.
 * @param owned returns the entries of this and other journals that have ids; it is called only when no id was recorded.
 * @throws JailwrightError HOST when another mount lies on it, or it is still mounted.
 */
export function unmount(
  host: Host,
  undo: UnmountUndo,
  fsid: string | undefined,
  patience: Patience,
  owned: () => readonly Entry[] = () => [],
): void {
  let covered = false
  const ours = () => {
    const table = host.kernel.mounts()
    const here = table.filter(({ on }) => on === undo.path)
    const top = here[here.length - 1]
    covered = fsid !== undefined && top?.fsid !== fsid
    if (fsid !== undefined) {
      const mount = here.find(each => each.fsid === fsid)
      return mount?.fstype === undo.fstype && mount.fsid !== undo.before ? mount : undefined
    }
    return unrecorded(undo, table, top, owned)
  }
  let refused: SyscallError | undefined
  let finished = false
  const gone = (force: boolean) => () => {
    const mount = ours()
    if (!mount) {
      finished = true
      return true
    }
    try {
      unmountEntry(host, mount, undo.root, force)
      // An id names one mount alone; a path may have named another one.
      finished = !isHiddenFsid(mount.fsid)
      return true
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error
      // EINVAL and ENOENT mean that there is no such mount any more.
      if (error.errno === 'EINVAL' || error.errno === 'ENOENT') return true
      refused = error
      return error.errno !== 'EBUSY' || covered
    }
  }
  const begin = engine.monotonicMs()
  waitUntil(
    gone(false),
    undo.path === patience.gone ? Math.min(DYING_PATIENCE, patience.left) : patience.left,
  )
  patience.left = Math.max(0, patience.left - (engine.monotonicMs() - begin))
  if (finished || !ours()) return
  // A forced unmount of a covered mount would put the covering mount, and the files of its container, out of reach.
  if (covered)
    throw new JailwrightError(
      'HOST',
      `unmount ${undo.path}: another mount lies on it; delete the container that it belongs to first`,
      { subject: undo.path },
    )
  gone(true)()
  if (ours()) throw refused ?? new JailwrightError('HOST', `unmount ${undo.path}: it is still mounted`)
}

/**
 * Finds a mount whose end was not recorded: the newest mount at its place, or the place to which a race led it. A
 * directory is always mounted on below the root. A file mount may stand anywhere; it is the mount of its source that
 * nobody owns.
 */
function unrecorded(
  undo: UnmountUndo,
  table: readonly MountEntry[],
  top: MountEntry | undefined,
  owned: () => readonly Entry[],
): MountEntry | undefined {
  const isNew = (mount: MountEntry) =>
    mount.fstype === undo.fstype && mount.fsid !== undo.before && !undo.known?.includes(mountKey(mount))
  if (top && isNew(top)) return top
  const { known, root, file } = undo
  if (known === undefined || root === undefined) return undefined
  const elsewhere = table.filter(
    mount => isNew(mount) && mount.from === undo.from && (file || mount.on.startsWith(`${root}/`)),
  )
  const unowned = elsewhere.length === 0 ? [] : elsewhere.filter(mount => !isOwned(owned(), mount))
  // Among several unowned mounts, only one below the root can be told to be this one.
  return unowned.length === 1 ? unowned[0] : unowned.find(({ on }) => on.startsWith(`${root}/`))
}

/**
 * Unmounts an entry of the mount table by its id. In a jail the kernel hides ids, so the entry goes by its path, and a
 * child container may have replaced that path by a link. There the place is opened beneath `root`, must be the recorded
 * place, and is named relative to the directory that holds it.
 * @throws JailwrightError HOST when the path leads elsewhere; SyscallError of unmount(2).
 */
export function unmountEntry(host: Host, mount: MountEntry, root: string | undefined, force: boolean): void {
  const { on, fsid } = mount
  if (!isHiddenFsid(fsid)) {
    host.kernel.unmount(on, { force, fsid })
    return
  }
  const above = root !== undefined && on.startsWith(`${root}/`) ? root : '/'
  const below = above === '/' ? on : on.slice(above.length)
  const found = host.process.openBeneath(above, below, {})
  // An open descriptor would keep the mount busy.
  if (found) host.process.close(found.fd)
  const holder = found?.path === on ? host.process.openBeneath(above, dirname(below), {}) : undefined
  if (holder?.path !== dirname(on)) {
    if (holder) host.process.close(holder.fd)
    throw new JailwrightError('HOST', `unmount ${on}: its path leads elsewhere by now`, { subject: on })
  }
  inDirectory(host, holder, () => host.kernel.unmount(basename(on), { force }))
}

/** The mounts of a container by their paths: the id of the newest one on each, undefined when none was recorded. */
export type NewestMounts = ReadonlyMap<string, string | undefined>

/** Collects the mounts of entries that are in the order newest first. */
export function newestMounts(entries: readonly Entry[]): NewestMounts {
  const mounts = new Map<string, string | undefined>()
  for (const { undo, done } of entries)
    if (undo.op === 'unmount' && !mounts.has(undo.path)) mounts.set(undo.path, done?.fsid)
  return mounts
}

/**
 * True when the path of a name that jailwright made leads into another mount by now, one that lies on the mount that
 * holds the name. Two containers can share one root filesystem, and then the path shows the later container's mount.
 */
export function isCovered(host: Host, { undo }: Entry, mounts: NewestMounts): boolean {
  if (!isOfName(undo)) return false
  let on = dirname(`${undo.root}${undo.path}`)
  while (on !== '/' && !mounts.has(on)) on = dirname(on)
  const fsid = mounts.get(on)
  if (fsid === undefined) return false
  const stack = host.kernel.mounts().filter(mount => mount.on === on)
  return stack.some(mount => mount.fsid === fsid) && stack[stack.length - 1]?.fsid !== fsid
}
