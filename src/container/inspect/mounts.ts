/** Mounts of the host's table against those of the journal and of the plan. */
import type { MountEntry } from '../../host/types.ts'
import type { Item } from './item.ts'

/** A mount that there should be. */
export interface ExpectedMount {
  /** Where it may be: as it was written, and where links lead. The first is the one to show. */
  readonly places: readonly string[]
  readonly fstypes: readonly string[]
  readonly from?: string
  /** Known once it was mounted; surer than a path. */
  readonly fsid?: string
  /** It is mounted only where there is something to cover, or may never have been. */
  readonly optional?: boolean
  /** The property that it comes from. */
  readonly origin?: string
}

/** In a jail the kernel tells no ids (sys/kern/vfs_syscalls.c, kern_do_statfs). */
const HIDDEN = /^0+$/

/**
 * Each expected mount as it is in `table` (in the order of mounting), then what else is mounted at or below `root`: what
 * is older than the first of ours was there before the container, what `owner` knows is another container's, the rest has
 * come since. `judged` false: too little is known to say that nobody planned it.
 */
export function compareMounts(
  expected: readonly ExpectedMount[],
  table: readonly MountEntry[],
  root: string | undefined,
  owner: (fsid: string) => string | undefined = () => undefined,
  judged = true,
): Item[] {
  const taken = new Set<number>()
  const matches = expected.map(mount => {
    const at = indexOf(mount, table, taken)
    if (at >= 0) taken.add(at)
    return { mount, at }
  })
  const items: Item[] = []
  for (const { mount, at } of matches)
    if (at >= 0 || !mount.optional) items.push(ours(mount, at, table, taken))
  const first = Math.min(...taken)
  for (const [index, entry] of table.entries()) {
    const { on, fsid } = entry
    if (root === undefined || taken.has(index) || !(on === root || on.startsWith(`${root}/`))) continue
    const old = index < first
    // The root is a file system of its own as often as not.
    if (on === root && (old || taken.size === 0)) continue
    const other = HIDDEN.test(fsid) ? undefined : owner(fsid)
    const note = old
      ? 'was there before the container'
      : other !== undefined
        ? `is container ${other}'s`
        : 'mounted, not planned'
    const mark = old || other !== undefined ? 'other' : judged ? 'drift' : 'unknown'
    items.push({ name: on, mark, found: shown(entry), ...(mark === 'unknown' ? {} : { note }) })
  }
  return items
}

function ours(
  { places, fstypes, from, origin }: ExpectedMount,
  at: number,
  table: readonly MountEntry[],
  taken: ReadonlySet<number>,
): Item {
  const planned = shown({ fstype: fstypes[0] ?? '', from: from ?? fstypes[0] ?? '' })
  const entry = table[at]
  if (!entry) {
    const note = `not mounted${origin === undefined ? '' : ` (${origin})`}`
    return { name: places[0] ?? '', mark: 'drift', planned, note }
  }
  const covered = table.some(({ on }, index) => index > at && on === entry.on && !taken.has(index))
  const known = { name: entry.on, planned, found: shown(entry) }
  return covered ? { ...known, mark: 'drift', note: 'another mount lies on it' } : { ...known, mark: 'ok' }
}

function shown({ fstype, from }: Pick<MountEntry, 'fstype' | 'from'>): string {
  return from === fstype ? fstype : `${fstype} from ${from}`
}

/** By its id; without one by place and type, the latest first. -1 when it is not there. */
function indexOf(mount: ExpectedMount, table: readonly MountEntry[], taken: ReadonlySet<number>): number {
  const byId = mount.fsid !== undefined && !HIDDEN.test(mount.fsid)
  for (let index = table.length - 1; index >= 0; index -= 1) {
    const { on, fstype, fsid } = table[index]!
    if (taken.has(index) || !mount.fstypes.includes(fstype) || !mount.places.includes(on)) continue
    if (!byId || fsid === mount.fsid) return index
  }
  return -1
}
