/** Compares the mounts of the host's table with those of the journal and of the plan. */
import type { MountEntry } from '../../host/types.ts'
import { isHiddenFsid } from '../mounts/same-object.ts'
import type { Item } from './item.ts'

/** A mount that should be in the table. */
export interface ExpectedMount {
  /** The possible mount points: the path as it was written, and the path to which links lead. The first is shown. */
  readonly places: readonly string[]
  readonly fstypes: readonly string[]
  readonly from?: string
  /** The file system's id, known once the mount was made. An id identifies a mount more reliably than a path. */
  readonly fsid?: string
  /** True for a mount that is made only where there is something to cover, or that may never have been made. */
  readonly optional?: boolean
  /** The property of the config that causes the mount. */
  readonly origin?: string
  /** Which of the flags that can be compared (`FLAGS`) it has; left out where nothing tells. */
  readonly flags?: readonly string[]
}

/** Flags of a mount that are asked for and told by the same word. */
const FLAGS: readonly string[] = ['ro', 'noexec', 'nosuid']

/** The flags among words: options of nmount(2), or what a host tells of a mount. */
export function flagsAmong(words: readonly string[]): string[] {
  return FLAGS.filter(flag => words.includes(flag))
}

/**
 * Compares each expected mount with `table`, which is in the order of mounting, then lists the other mounts at or below
 * `root`. A mount that is older than the first of ours was there before the container; a mount that `owner` knows
 * belongs to another container; any other mount was added later.
 * @param judged false when too little is known to say that a mount was not planned.
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
    // The root is often a file system of its own, which was mounted before the container.
    if (on === root && (old || taken.size === 0)) continue
    const other = isHiddenFsid(fsid) ? undefined : owner(fsid)
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
  { places, fstypes, from, origin, flags }: ExpectedMount,
  at: number,
  table: readonly MountEntry[],
  taken: ReadonlySet<number>,
): Item {
  const planned = shown({ fstype: fstypes[0] ?? '', from: from ?? fstypes[0] ?? '' }, flags)
  const entry = table[at]
  if (!entry) {
    const note = `not mounted${origin === undefined ? '' : ` (${origin})`}`
    return { name: places[0] ?? '', mark: 'drift', planned, note }
  }
  const covered = table.some(({ on }, index) => index > at && on === entry.on && !taken.has(index))
  const now = flags && entry.flags && flagsAmong(entry.flags)
  const known = { name: entry.on, planned, found: shown(entry, now) }
  if (covered) return { ...known, mark: 'drift', note: 'another mount lies on it' }
  if (flags === undefined || now === undefined) return { ...known, mark: 'ok' }
  const others = [
    ...flags.filter(flag => !now.includes(flag)).map(flag => `not ${flag}`),
    // What a dataset's properties say is no option of its mount.
    ...(entry.fstype === 'zfs' ? [] : now.filter(flag => !flags.includes(flag)).map(flag => `${flag} now`)),
  ]
  return others.length === 0 ? { ...known, mark: 'ok' } : { ...known, mark: 'drift', note: others.join(', ') }
}

function shown({ fstype, from }: Pick<MountEntry, 'fstype' | 'from'>, flags: readonly string[] = []): string {
  const what = from === fstype ? fstype : `${fstype} from ${from}`
  return flags.length === 0 ? what : `${what} (${flags.join(', ')})`
}

/**
 * Finds a mount by its id, or by its place and type when it has no id, the latest first. Returns -1 when it is not
 * there.
 */
function indexOf(mount: ExpectedMount, table: readonly MountEntry[], taken: ReadonlySet<number>): number {
  const byId = mount.fsid !== undefined && !isHiddenFsid(mount.fsid)
  for (let index = table.length - 1; index >= 0; index -= 1) {
    const { on, fstype, fsid } = table[index]!
    if (taken.has(index) || !mount.fstypes.includes(fstype) || !mount.places.includes(on)) continue
    if (!byId || fsid === mount.fsid) return index
  }
  return -1
}
