/** `journal`: shows what `delete --force` would take back, in order. */
import type { RuntimeContext } from '../context.ts'
import { JailwrightError } from '../errors.ts'
import { readRecords } from './inspect/records.ts'
import { describeUndo } from './journal/describe.ts'
import type { Entry, Undo } from './journal/journal.ts'
import { outlivesReboot } from './journal/undo.ts'
import { lostEntries } from './undo/rebuild-journal.ts'

/** One effect that is to be taken back. */
interface PendingEffect {
  /** The number in the journal; 0 for an undo that a damaged journal lacks. */
  readonly n: number
  /** The undo in words for people. */
  readonly text: string
  /** True when the restart of the host has undone the effect, so that nothing would be done. */
  readonly undone: boolean
  readonly undo: Undo
}

/** All effects that are to be taken back, newest first. The directory is removed after them. */
export interface JournalListing {
  readonly id: string
  readonly directory: string
  readonly rebooted: boolean
  /** The defects of the journal, and the records that take its place. */
  readonly problems: readonly string[]
  readonly entries: readonly PendingEffect[]
}

/**
 * Reads the journal and changes nothing.
 * @throws JailwrightError under the conditions of `inspect`.
 */
export function journalListing(ctx: RuntimeContext, id: string): JournalListing {
  const { files, journal, entries, rebooted, items } = readRecords(ctx, id)
  const problems = items.flatMap(({ name, mark, note }) => (mark === 'drift' ? [`${name}: ${note}`] : []))
  const warn = (text: string) => void problems.push(text)
  let lost: ReturnType<typeof lostEntries> = []
  try {
    lost = lostEntries({ ...ctx, log: { ...quiet, warn } }, files, journal)
  } catch (error) {
    if (!(error instanceof JailwrightError)) throw error
    warn(`${error.message}${error.hint === undefined ? '' : ` (${error.hint})`}`)
  }
  return {
    id,
    directory: files.dir,
    rebooted,
    problems,
    entries: [...lost, ...entries].filter(hasUndo).map(entry => ({
      n: entry.n,
      text: describeUndo(entry),
      undone: rebooted && !outlivesReboot(entry.undo),
      undo: entry.undo,
    })),
  }
}

/** False for an effect that ends with the jail, such as an address in the jail's own stack: its entry has no call. */
function hasUndo({ undo }: Entry): boolean {
  return undo.op !== 'run' || undo.calls.length > 0
}

const quiet = { debugging: false, debug() {}, info() {}, warn() {}, error() {} }
