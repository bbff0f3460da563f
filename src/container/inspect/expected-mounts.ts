/** The mounts that a container should have: those that the journal records, and those that only the plan names. */
import type { MountStep, Plan } from '../../translate/core/plan.ts'
import type { Entry } from '../journal/journal.ts'
import { type ExpectedMount, flagsAmong } from './mounts.ts'

/** A mount that the journal records. */
interface RecordedMount extends ExpectedMount {
  readonly path: string
}

/**
 * Returns the expected mounts in the order of mounting.
 * @param entries the pending entries of the journal, newest first.
 * @param whole true when the journal records the jail: such a journal records every mount that was made.
 * @param places `of` returns the possible paths of a step's mount; `readonlyRoot` is the mount point of a read-only
 * root.
 */
export function expectedMounts(
  plan: Plan | undefined,
  entries: readonly Entry[],
  whole: boolean,
  places: { readonly readonlyRoot: string; readonly of: (step: MountStep) => readonly string[] },
): ExpectedMount[] {
  const recorded = entries.flatMap(recordedMounts).reverse()
  const expected = (plan?.steps ?? []).flatMap((step): ExpectedMount[] => {
    if (step.kind === 'readonly-root') {
      const known = take(recorded, [places.readonlyRoot], ['nullfs'])
      return [{ places: [places.readonlyRoot], fstypes: ['nullfs'], ...known, flags: ['ro'] }]
    }
    if (step.kind !== 'mount') return []
    const eitherKind = step.mask || step.readonlyCopy
    const fstypes = eitherKind ? ['nullfs', 'tmpfs'] : [step.fstype]
    const { origin } = step
    const at = places.of(step)
    const known = take(recorded, at, fstypes)
    const flags = flagsOf(step)
    if (known) return [{ ...known, origin, flags }]
    const optional = eitherKind || step.onlyIfExists
    if (optional && whole) return []
    const from = eitherKind ? {} : { from: step.source }
    return [{ places: at, fstypes, origin, flags, ...from, ...(optional ? { optional } : {}) }]
  })
  return [...expected, ...recorded]
}

/** Flags that a step's mount gets; masks, copies and the directory of a socket are read-only. */
function flagsOf({ options, mask, readonlyCopy, via, source }: MountStep): readonly string[] {
  const words = options.map(([name]) => name)
  return flagsAmong(mask || readonlyCopy || via || source === '%{empty}' ? [...words, 'ro'] : words)
}

function recordedMounts({ undo, done }: Entry): RecordedMount[] {
  if (undo.op !== 'unmount') return []
  const { path, fstype, from } = undo
  const { fsid } = done ?? {}
  return [
    {
      path,
      places: [path],
      fstypes: [fstype],
      from,
      ...(fsid === undefined ? {} : { fsid }),
      // The journal announced the mount, but the mount may never have happened.
      ...(done ? {} : { optional: true }),
    },
  ]
}

/** Removes from the list the first mount at one of these places with one of these types, and returns it. */
function take(
  recorded: RecordedMount[],
  places: readonly string[],
  fstypes: readonly string[],
): RecordedMount | undefined {
  const at = recorded.findIndex(
    ({ path, fstypes: [type = ''] }) => places.includes(path) && fstypes.includes(type),
  )
  return at < 0 ? undefined : recorded.splice(at, 1)[0]
}
