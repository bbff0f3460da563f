/** What `inspect` tells of one thing: as it was planned, and as it is now. */

/**
 * `drift`: the host differs from the plan. `other`: the plan does not speak of it, and it is no fault (what the container
 * or its network's manager has done). `unknown`: it cannot be told, since the plan is lost or the host does not answer.
 */
type Mark = 'ok' | 'drift' | 'other' | 'unknown'

/** One thing. */
export interface Item {
  /** What it is, for a person to search for: a parameter, a path, a rule. */
  readonly name: string
  readonly mark: Mark
  /** As it was planned; left out where the plan does not speak of it. */
  readonly planned?: string
  /** As it is now; left out where there is nothing. */
  readonly found?: string
  /** What is wrong, or why it cannot be told. */
  readonly note?: string
}

/** The sections of an inspection, in the order in which they are shown. */
export const SECTIONS = [
  'files',
  'parameters',
  'mounts',
  'rules',
  'interfaces',
  'limits',
  'processes',
] as const

/** Items by section. */
export type Sections = Readonly<Record<(typeof SECTIONS)[number], readonly Item[]>>

/** A value that the plan has and one that the host has, either of which may be missing. */
export function compared(name: string, planned: string | undefined, found: string | undefined): Item {
  return {
    name,
    mark: planned === found ? 'ok' : 'drift',
    ...(planned === undefined ? {} : { planned }),
    ...(found === undefined ? {} : { found }),
  }
}

/** How many things differ from the plan. */
export function driftCount(sections: Sections): number {
  let count = 0
  for (const section of SECTIONS) count += sections[section].filter(({ mark }) => mark === 'drift').length
  return count
}
