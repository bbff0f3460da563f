/** Whose a mount is: what the journals of this container and of the others tell. */
import { listDirectory } from '../../host/files.ts'
import type { MountEntry } from '../../host/types.ts'
import { basename, dirname, join } from '../../paths.ts'
import { type Entry, Journal } from '../journal/journal.ts'
import { isHiddenFsid } from './same-object.ts'

/** What tells a mount from the others of the table: its id, or where it is and what, where no ids are told (in a jail). */
export function mountKey({ fsid, on, fstype, from }: MountEntry): string {
  return isHiddenFsid(fsid) ? JSON.stringify([on, fstype, from]) : fsid
}

/** Whether one of these entries of a journal stands for a mount: by its id, or by its place while no id is recorded. */
export function isOwned(entries: readonly Entry[], mount: MountEntry): boolean {
  return entries.some(({ undo, done }) => {
    if (undo.op !== 'unmount') return false
    if (done?.fsid !== undefined && !isHiddenFsid(done.fsid)) return done.fsid === mount.fsid
    return undo.path === mount.on && undo.fstype === mount.fstype && undo.before !== mount.fsid
  })
}

/** What is still to be taken back of the other containers beside the one in `directory`. */
export function entriesOfOthers(directory: string): Entry[] {
  const root = dirname(directory)
  return listDirectory(root)
    .filter(name => name !== basename(directory) && !name.startsWith('.'))
    .flatMap(name => new Journal(join(root, name, 'journal.jsonl')).pending())
}
