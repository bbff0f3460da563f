/** Finds the owner of a mount in the journals of this container and of the others. */
import type { Host, MountEntry } from '../../host/types.ts'
import { basename, dirname, join } from '../../paths.ts'
import { holderOf } from '../../translate/mounts/mount-table.ts'
import { type Entry, Journal } from '../journal/journal.ts'
import { visibleNames } from '../state/container-names.ts'
import { isHiddenFsid } from './same-object.ts'

/**
 * Returns a text that identifies a mount in the table: its id, or its place, type and source in a jail, where ids are
 * hidden.
 */
export function mountKey({ fsid, on, fstype, from }: MountEntry): string {
  return isHiddenFsid(fsid) ? JSON.stringify([on, fstype, from]) : fsid
}

/** True when one of these journal entries stands for a mount: by its id, or by its place when no id is recorded. */
export function isOwned(entries: readonly Entry[], mount: MountEntry): boolean {
  return entries.some(({ undo, done }) => {
    if (undo.op !== 'unmount') return false
    if (done?.fsid !== undefined && !isHiddenFsid(done.fsid)) return done.fsid === mount.fsid
    return undo.path === mount.on && undo.fstype === mount.fstype && undo.before !== mount.fsid
  })
}

/**
 * True when the mount that holds a path stands below `root` and belongs to another container, as when two containers
 * have one root filesystem. That container takes the mount away when it is deleted.
 */
export function isLent(host: Host, journal: Journal, path: string, root: string): boolean {
  const table = host.kernel.mounts()
  const holder = table[holderOf(table, path)]
  if (!holder?.on.startsWith(`${root}/`) || isOwned(journal.pending(), holder)) return false
  return isOwned(entriesOfOthers(journal.directory), holder)
}

/** Returns the pending entries of all containers beside the one in `directory`. */
export function entriesOfOthers(directory: string): Entry[] {
  const root = dirname(directory)
  return visibleNames(root)
    .filter(name => name !== basename(directory))
    .flatMap(name => new Journal(join(root, name, 'journal.jsonl')).pending())
}
