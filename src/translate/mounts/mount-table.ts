/** What the mount table of the host tells of a path. */
import type { MountEntry } from '../../host/types.ts'

/** Position in the table of the mount that a resolved path lies on; -1 when the table does not tell. */
export function holderOf(table: readonly MountEntry[], path: string): number {
  let holder = newestOn(table, '/')
  let first = true
  for (let end = path.indexOf('/', 1); path !== '/' && end !== 0; end = path.indexOf('/', end + 1)) {
    const prefix = end === -1 ? path : path.slice(0, end)
    const at = newestOn(table, prefix)
    // What was mounted before the one that holds it lies hidden below that; the root file system hides none.
    if (at !== -1 && (first || at > holder)) {
      holder = at
      first = false
    }
    if (end === -1) break
  }
  return holder
}

function newestOn(table: readonly MountEntry[], place: string): number {
  let at = table.length - 1
  while (at >= 0 && table[at]?.on !== place) at--
  return at
}
