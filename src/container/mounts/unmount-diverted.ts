/** Taking a mount away again that a race has led to another place than was meant. */
import { readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Host } from '../../host/types.ts'
import type { MountStep } from '../../translate/core/plan.ts'
import { Journal } from '../journal/journal.ts'
import type { Roots } from './mount-point.ts'

/**
 * A path of a shared volume was changed between look and mount: what has just been mounted elsewhere is taken away again,
 * wherever that is (a file is mounted by its name, and a link there would be followed). It is the last one of that type
 * and source which no journal claims, neither this container's nor another's that mounts the same volume just now.
 */
export function unmountMisled(host: Host, journal: Journal, step: MountStep, roots: Roots): void {
  const own = new Set(journal.pending().map(({ done }) => done?.fsid))
  const others = placesOfOthers(dirname(roots.empty))
  const last = host.kernel
    .mounts()
    .findLast(
      ({ fstype, from, fsid, on }) =>
        fstype === step.fstype && from === step.source && !own.has(fsid) && !others.has(on),
    )
  if (!last || (last.fstype !== 'nullfs' && !last.on.startsWith(`${roots.mountRoot}/`))) return
  host.kernel.unmount(last.on, { force: true, fsid: last.fsid })
}

/** Where the other containers beside the one in `directory` have mounted something, or are about to. */
function placesOfOthers(directory: string): Set<string> {
  const root = dirname(directory)
  const journals = readdirSync(root)
    .map(name => join(root, name))
    .filter(path => path !== directory)
    .map(path => new Journal(join(path, 'journal.jsonl')))
  return new Set(
    journals.flatMap(each => each.pending()).flatMap(({ undo }) => (undo.op === 'unmount' ? undo.path : [])),
  )
}
