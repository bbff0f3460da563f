/** What a restart of the host has left of containers, for `list` and `check`, which tell it and change nothing. */
import type { RuntimeContext } from '../../context.ts'
import { exists } from '../../host/files.ts'
import { join } from '../../paths.ts'
import { checkId } from '../../translate/core/names.ts'
import { describeUndo } from '../journal/describe.ts'
import { Journal } from '../journal/journal.ts'
import { outlivesReboot } from '../journal/undo.ts'
import { bootOf } from '../state/boot.ts'
import { lastingDirectory, recordNames } from '../state/lasting.ts'
import { layout } from '../state/paths.ts'

/** A container that ended with the restart, of which something on disk is still to be taken back. */
export interface Leftover {
  readonly id: string
  /** Why it is left and what would be done, for a person; one line. */
  readonly text: string
}

/** How many effects are told one by one. */
const TOLD = 3

/**
 * The containers of an earlier boot that have a record, and those whose state is gone. `boots`: the boots of containers whose state is known, by id, which
 * spares a look at the records of this one's.
 */
export function leftovers(ctx: RuntimeContext, boots: ReadonlyMap<string, string> = new Map()): Leftover[] {
  const directory = lastingDirectory(ctx.root)
  if (directory === undefined) return []
  const names = recordNames(directory)
  if (names.length === 0) return []
  const now = bootOf(ctx.host)
  return names.flatMap(id =>
    now !== undefined && boots.get(id) === now ? [] : (leftover(ctx.root, directory, id, now) ?? []),
  )
}

function leftover(
  root: string,
  directory: string,
  id: string,
  now: string | undefined,
): Leftover | undefined {
  if (!isId(id)) return undefined
  const journal = new Journal(layout(root, id).journal, undefined, join(directory, id))
  const then = journal.boot()
  const earlier = then !== undefined && then !== now
  // In a jail the boot is not known, but no container of this boot is without its state.
  if (!earlier && exists(layout(root, id).state)) return undefined
  const owed = journal.pending().filter(({ undo }) => outlivesReboot(undo))
  if (owed.length === 0) return undefined
  const told = owed.slice(0, TOLD).map(describeUndo)
  const more = owed.length > TOLD ? [`and ${owed.length - TOLD} more`] : []
  const why = earlier ? 'left from before the host was restarted' : 'left, though its state is gone'
  return { id, text: `${why}: ${[...told, ...more].join('; ')}` }
}

function isId(name: string): boolean {
  try {
    checkId(name)
    return true
  } catch {
    return false
  }
}
