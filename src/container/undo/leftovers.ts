/**
 * Remains of containers from before a restart of the host, for `list` and `check`, which report them and change
 * nothing.
 */
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

/** A container that ended with the restart and has effects on disk that are not taken back. */
export interface Leftover {
  readonly id: string
  /** The reason and the pending undos in one line for people. */
  readonly text: string
}

/** The number of effects that are named one by one. */
const NAMED = 3

/**
 * Returns the containers of an earlier boot that have a record, and those whose state is gone.
 * @param boots the boots of the containers whose state is known, by id. The records of containers of the present boot
 * are not read.
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
  // In a jail the boot is not known, but every container of the present boot has a state.
  if (!earlier && exists(layout(root, id).state)) return undefined
  const owed = journal.pending().filter(({ undo }) => outlivesReboot(undo))
  if (owed.length === 0) return undefined
  const named = owed.slice(0, NAMED).map(describeUndo)
  const more = owed.length > NAMED ? [`and ${owed.length - NAMED} more`] : []
  const why = earlier ? 'left from before the host was restarted' : 'left, though its state is gone'
  return { id, text: `${why}: ${[...named, ...more].join('; ')}` }
}

function isId(name: string): boolean {
  try {
    checkId(name)
    return true
  } catch {
    return false
  }
}
