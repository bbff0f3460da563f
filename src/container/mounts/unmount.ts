/** Unmounting what a container mounted, where others may have mounted over it or hold it busy. */

import { JailwrightError, SyscallError } from '../../errors.ts'
import { engine } from '../../host/engine/index.ts'
import type { Host, MountEntry } from '../../host/types.ts'
import { waitUntil } from '../../host/wait.ts'
import { basename, dirname } from '../../paths.ts'
import type { Entry, Undo } from '../journal/journal.ts'
import { inDirectory } from './mount-point.ts'
import { isOwned, mountKey } from './owners.ts'
import { isHiddenFsid } from './same-object.ts'

/**
 * How long is waited for one thing, in milliseconds. Busy mounts are waited for so long in all: a container can keep each
 * of its mounts busy, by passing open files to another container.
 */
export const BUSY_PATIENCE = 5_000

/**
 * The same for the root of a removed jail: the kernel holds its directory until the last credential of the jail is gone
 * (prison_deref in sys/kern/kern_jail.c), up to a minute with a socket in TIME_WAIT.
 */
const DYING_PATIENCE = 200

/** What is left of the time for busy mounts while a journal is played back. */
export interface Patience {
  /** Milliseconds that are left for busy mounts. */
  left: number
  /** Root of the jail that has been removed. */
  gone: string | undefined
}

type UnmountUndo = Extract<Undo, { op: 'unmount' }>

/**
 * Unmounts what we mounted. It is looked for in the mount table, by where it was made, its type and, once it was done,
 * its id: a path may lead elsewhere by now, and after a reboot the same id is some other mount's. `owned` gives the
 * entries of this and other journals that have ids; it is asked only for a mount whose id was never recorded.
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
  const gone = (force: boolean) => () => {
    const mount = ours()
    if (!mount) return true
    try {
      unmountEntry(host, mount, undo.root, force)
      return true
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error
      // EINVAL, ENOENT: no such mount any more.
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
  if (!ours()) return
  // By force it would take the one on top out of reach, and with it another container's files.
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
 * The mount whose end was not recorded: the newest on its place, or where the race that it lost has led it. A directory is
 * mounted on below the root in any case; a file may stand anywhere, but is the one of its source that nobody owns.
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
  // Which of several it is cannot be told outside of the root.
  return unowned.length === 1 ? unowned[0] : unowned.find(({ on }) => on.startsWith(`${root}/`))
}

/**
 * unmount(2) of an entry of the mount table, by its id. In a jail, where no ids are told, it goes by a path, which a child
 * container may have replaced by a link: the place is opened beneath `root` and has to be the recorded one (code HOST), and
 * its name is given in the directory that holds it.
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
  // Held, it would be busy.
  if (found) host.process.close(found.fd)
  const holder = found?.path === on ? host.process.openBeneath(above, dirname(below), {}) : undefined
  if (holder?.path !== dirname(on)) {
    if (holder) host.process.close(holder.fd)
    throw new JailwrightError('HOST', `unmount ${on}: its path leads elsewhere by now`, { subject: on })
  }
  inDirectory(host, holder, () => host.kernel.unmount(basename(on), { force }))
}

/**
 * Whether the path of a name that we made leads into another mount by now: one that lies on the mount of ours that holds
 * the name. Two containers can have one root filesystem; what is seen at the path is the later one's.
 */
export function isCovered(host: Host, { undo }: Entry, pending: readonly Entry[]): boolean {
  if (undo.op !== 'rmdir' && undo.op !== 'unlink' && undo.op !== 'put-back') return false
  const path = `${undo.root}${undo.path}`
  let holder: { on: string; fsid: string | undefined } | undefined
  for (const { undo: other, done } of pending) {
    if (other.op !== 'unmount' || !path.startsWith(`${other.path}/`)) continue
    if (holder === undefined || other.path.length > holder.on.length)
      holder = { on: other.path, fsid: done?.fsid }
  }
  if (holder?.fsid === undefined) return false
  const { on, fsid } = holder
  const stack = host.kernel.mounts().filter(mount => mount.on === on)
  return stack.some(mount => mount.fsid === fsid) && stack[stack.length - 1]?.fsid !== fsid
}
