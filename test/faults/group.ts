/** The types and functions that all groups of faults use. */
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Runtime } from './runtime.ts'
import type { Seeded } from './seeded.ts'

/** The setting in which a group runs. */
export interface Setting {
  /** Path of the runtime's executable. */
  runtime: string
  /** A directory for this group alone. */
  work: string
  seed: number
  random: Seeded
  /** True to try every point instead of a sample. */
  long: boolean
}

/** The result of a group. */
export interface Outcome {
  /** A description of the attempts with their numbers. */
  tried: string
  /** A text for each thing that was left behind, lost, or reported wrongly. */
  faults: string[]
}

/** A group of faults. */
export type Group = (setting: Setting) => Outcome | Promise<Outcome>

/** Makes an empty working directory, and a runtime whose state directory is `run` in it. */
export function workplace({ runtime, work }: Setting): Runtime {
  rmSync(work, { recursive: true, force: true })
  mkdirSync(work, { recursive: true })
  return new Runtime(runtime, join(work, 'run'), work)
}
