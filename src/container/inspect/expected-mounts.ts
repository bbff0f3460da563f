/** Which mounts there should be: what the journal tells, and what the plan says besides. */
import type { MountStep, Plan } from '../../translate/core/plan.ts'
import type { Entry } from '../journal/journal.ts'
import type { ExpectedMount } from './mounts.ts'

/** A mount that the journal tells of. */
interface Told extends ExpectedMount {
  readonly path: string
}

/**
 * In the order of mounting. `entries` are those that are to be taken back, newest first; `whole`: the journal tells of the
 * jail, so that it would tell of every mount that was made. `placesOf` gives where a step's mount may be, and `readonlyRoot`
 * is where a read-only root is mounted.
 */
export function expectedMounts(
  plan: Plan | undefined,
  entries: readonly Entry[],
  whole: boolean,
  places: { readonly readonlyRoot: string; readonly of: (step: MountStep) => readonly string[] },
): ExpectedMount[] {
  const told = entries.flatMap(toldOf).reverse()
  const expected = (plan?.steps ?? []).flatMap((step): ExpectedMount[] => {
    if (step.kind === 'readonly-root')
      return [
        take(told, [places.readonlyRoot], ['nullfs']) ?? {
          places: [places.readonlyRoot],
          fstypes: ['nullfs'],
        },
      ]
    if (step.kind !== 'mount') return []
    const eitherKind = step.mask || step.readonlyCopy
    const fstypes = eitherKind ? ['nullfs', 'tmpfs'] : [step.fstype]
    const { origin } = step
    const at = places.of(step)
    const known = take(told, at, fstypes)
    if (known) return [{ ...known, origin }]
    const optional = eitherKind || step.onlyIfExists
    if (optional && whole) return []
    const from = eitherKind ? {} : { from: step.source }
    return [{ places: at, fstypes, origin, ...from, ...(optional ? { optional } : {}) }]
  })
  return [...expected, ...told]
}

function toldOf({ undo, done }: Entry): Told[] {
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
      // It was announced, and may never have happened.
      ...(done ? {} : { optional: true }),
    },
  ]
}

/** Takes the first mount that was made at one of these places out of the list. */
function take(told: Told[], places: readonly string[], fstypes: readonly string[]): Told | undefined {
  const at = told.findIndex(
    ({ path, fstypes: [type = ''] }) => places.includes(path) && fstypes.includes(type),
  )
  return at < 0 ? undefined : told.splice(at, 1)[0]
}
