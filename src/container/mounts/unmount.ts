/** Unmounting what a container mounted, where others may have mounted over it or hold it busy. */
import { JailwrightError, SyscallError } from '../../errors.ts'
import type { Host } from '../../host/types.ts'
import { waitUntil } from '../../host/wait.ts'
import type { Entry, Undo } from '../journal/journal.ts'

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

/**
 * Unmounts what we mounted. It is looked for in the mount table, by where it was made, its type and, once it was done,
 * its id: a path may lead elsewhere by now, and after a reboot the same id is some other mount's.
 */
export function unmount(
  host: Host,
  undo: Extract<Undo, { op: 'unmount' }>,
  fsid: string | undefined,
  patience: Patience,
): void {
  let covered = false
  const ours = () => {
    const here = host.kernel.mounts().filter(({ on }) => on === undo.path)
    covered = fsid !== undefined && here.at(-1)?.fsid !== fsid
    const mount = fsid === undefined ? here.at(-1) : here.find(each => each.fsid === fsid)
    return mount && mount.fstype === undo.fstype && mount.fsid !== undo.before ? mount : undefined
  }
  let refused: SyscallError | undefined
  const gone = (force: boolean) => () => {
    const mount = ours()
    if (!mount) return true
    try {
      host.kernel.unmount(undo.path, { force, fsid: mount.fsid })
      return true
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error
      // EINVAL, ENOENT: no such mount any more.
      if (error.errno === 'EINVAL' || error.errno === 'ENOENT') return true
      refused = error
      return error.errno !== 'EBUSY' || covered
    }
  }
  const begin = performance.now()
  waitUntil(
    gone(false),
    undo.path === patience.gone ? Math.min(DYING_PATIENCE, patience.left) : patience.left,
  )
  patience.left = Math.max(0, patience.left - (performance.now() - begin))
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
  return stack.some(mount => mount.fsid === fsid) && stack.at(-1)?.fsid !== fsid
}
