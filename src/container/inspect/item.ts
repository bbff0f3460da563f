/** One line of an inspection: a thing as it was planned and as it is now. */

/**
 * `drift`: the host differs from the plan. `other`: the plan does not name the thing, and the thing is no fault,
 * because the container or the manager of its network made it. `unknown`: the comparison is impossible, because the
 * plan is lost or the host does not answer.
 */
type Mark = 'ok' | 'drift' | 'other' | 'unknown'

/** One compared thing. */
export interface Item {
  /** The name of the thing, such as a parameter, a path or a rule. */
  readonly name: string
  readonly mark: Mark
  /** The planned value; left out when the plan has none. */
  readonly planned?: string
  /** The present value; left out when the host has none. */
  readonly found?: string
  /** The difference, or the reason why the comparison is impossible. */
  readonly note?: string
}

/** The sections of an inspection, in the order in which they are shown. */
export const SECTIONS = [
  'files',
  'parameters',
  'mounts',
  'rules',
  'devices',
  'interfaces',
  'limits',
  'processes',
] as const

/** The items of each section. */
export type Sections = Readonly<Record<(typeof SECTIONS)[number], readonly Item[]>>

/** Compares a planned value with a present one. Either may be missing. */
export function compared(name: string, planned: string | undefined, found: string | undefined): Item {
  return {
    name,
    mark: planned === found ? 'ok' : 'drift',
    ...(planned === undefined ? {} : { planned }),
    ...(found === undefined ? {} : { found }),
  }
}

/** Returns the number of items that differ from the plan. */
export function driftCount(sections: Sections): number {
  let count = 0
  for (const section of SECTIONS) count += sections[section].filter(({ mark }) => mark === 'drift').length
  return count
}
