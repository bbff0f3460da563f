/** Reads the records of a container in its state directory, as far as they can be read. */
import type { RuntimeContext } from '../../context.ts'
import { JailwrightError } from '../../errors.ts'
import { checkId, jailNameOf } from '../../translate/core/names.ts'
import type { Plan } from '../../translate/core/plan.ts'
import { type Entry, Journal } from '../journal/journal.ts'
import { isEarlierBoot } from '../state/boot.ts'
import { hasRemains, lastingRecord } from '../state/lasting.ts'
import { type Layout, layout } from '../state/paths.ts'
import { readPlan } from '../state/plan-file.ts'
import { realRoot } from '../state/root.ts'
import { notFound, readState, type StateFile } from '../state/state-file.ts'
import type { Item } from './item.ts'

/** The records of one container. */
export interface Records {
  readonly files: Layout
  readonly state: StateFile | undefined
  readonly plan: Plan | undefined
  readonly journal: Journal
  /** The journal's pending entries, newest first. */
  readonly entries: readonly Entry[]
  /** True when the journal records the jail, so the journal was not lost. */
  readonly whole: boolean
  /** Full name of the jail. */
  readonly jailName: string
  /** The jail's id; undefined when no file records it. */
  readonly jid: number | undefined
  /** The jail's root on the host; undefined when no file records it. */
  readonly root: string | undefined
  /** True when the host has been restarted since the container was created. */
  readonly rebooted: boolean
  /** The condition of each file. */
  readonly items: readonly Item[]
}

/**
 * Reads the records and changes nothing. A damaged or missing file becomes an item.
 * @throws JailwrightError NOT_FOUND when there is no such container, STATE for a directory that jailwright did not
 * make, UNSUPPORTED for a container of another program.
 */
export function readRecords(ctx: RuntimeContext, id: string): Records {
  checkId(id)
  const files = layout(realRoot(ctx.root), id)
  if (!hasRemains(files)) throw notFound(id)
  const [state, stateItem] = attempt('state.json', () => readState(files))
  const [plan, planItem] = attempt('plan.json', () => readPlan(files))
  const journal = new Journal(files.journal, undefined, lastingRecord(files))
  const entries = journal.pending()
  const whole = journal.tellsOf('jail')
  const jail = entries.find(({ undo }) => undo.op === 'jail')
  const recorded = jail?.undo.op === 'jail' ? jail.undo : undefined
  const planned = plan && (plan.readonlyRoot ? files.root : plan.rootPath)
  return {
    files,
    state,
    plan,
    journal,
    entries,
    whole,
    jailName: state?.jailName ?? plan?.jailName ?? recorded?.name ?? jailNameOf(id),
    jid: state && state.jid > 0 ? state.jid : jail?.done?.jid,
    root: planned ?? recorded?.path ?? state?.rootfs,
    rebooted: isEarlierBoot(ctx.host, journal.boot()),
    items: [stateItem, planItem, journalItem(journal, entries.length, whole || state?.jid === 0)],
  }
}

function attempt<T>(name: string, read: () => T | undefined): [T | undefined, Item] {
  try {
    const value = read()
    if (value !== undefined) return [value, { name, mark: 'ok' }]
    return [undefined, { name, mark: 'drift', note: 'missing' }]
  } catch (error) {
    // A file of another program, or one that this user may not read, is not damaged, so its error is passed on.
    if (!(error instanceof JailwrightError) || error.code !== 'STATE') throw error
    return [undefined, { name, mark: 'drift', note: 'damaged' }]
  }
}

function journalItem(journal: Journal, count: number, tells: boolean): Item {
  const name = 'journal.jsonl'
  const lines = journal.unreadable()
  const found = count === 1 ? '1 entry to be taken back' : `${count} entries to be taken back`
  if (lines > 0) {
    const note = lines === 1 ? '1 line cannot be read' : `${lines} lines cannot be read`
    return { name, mark: 'drift', found, note }
  }
  if (!tells) return { name, mark: 'drift', found, note: 'does not tell of the jail' }
  return { name, mark: 'ok', found }
}
