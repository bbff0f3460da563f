/** Mounts that a jail made itself (allow.mount). They stay on the host and keep the jail dying. */
import type { Log } from '../../context.ts'
import { type JailwrightError, SyscallError } from '../../errors.ts'
import type { Host } from '../../host/types.ts'
import type { Entry, Undo } from '../journal/journal.ts'
import { isOwned, mountKey } from '../mounts/owners.ts'
import { unmountEntry } from '../mounts/unmount.ts'

/**
 * Unmounts by force, newest first, the mounts at or below the jail's root that were not there before the jail and that
 * no journal owns. Call it once the jail's processes are gone.
 * @param pending the entries of this container's journal; `others` returns those of the other containers.
 * @throws SyscallError the first failure, after all were tried.
 */
export function unmountStrays(
  host: Host,
  { path, standing }: Extract<Undo, { op: 'jail' }>,
  pending: readonly Entry[],
  others: () => readonly Entry[],
  log: Pick<Log, 'debug'> | undefined,
): void {
  // A journal of an earlier version does not record the mounts that were there before.
  if (standing === undefined) return
  const below = path === '/' ? '/' : `${path}/`
  const later = host.kernel
    .mounts()
    .filter(({ on }) => on === path || on.startsWith(below))
    .filter(mount => !standing.includes(mountKey(mount)) && !isOwned(pending, mount))
  if (later.length === 0) return
  const owned = others()
  let failure: JailwrightError | undefined
  for (const mount of later.filter(each => !isOwned(owned, each)).reverse()) {
    try {
      unmountEntry(host, mount, path, true)
      log?.debug(`unmounted ${mount.on} (${mount.fstype}), which was mounted from within the jail`)
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error
      if (error.errno !== 'EINVAL' && error.errno !== 'ENOENT') failure ??= error
    }
  }
  if (failure) throw failure
}
