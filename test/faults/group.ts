/** What the groups of faults have in common. */
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Runtime } from './runtime.ts'
import type { Seeded } from './seeded.ts'

/** Where and how a group runs. */
export interface Setting {
  /** Path of the runtime's executable. */
  runtime: string
  /** A directory of the group's own. */
  work: string
  seed: number
  random: Seeded
  /** The long form: every point in place of a sample. */
  long: boolean
}

/** What a group has found. */
export interface Outcome {
  /** What was tried, in words, with its numbers. */
  tried: string
  /** One text for everything that was left, lost or said wrongly. */
  faults: string[]
}

/** A group of faults. */
export type Group = (setting: Setting) => Outcome | Promise<Outcome>

/** An empty working directory with a runtime whose state is in `run` below it. */
export function workplace({ runtime, work }: Setting): Runtime {
  rmSync(work, { recursive: true, force: true })
  mkdirSync(work, { recursive: true })
  return new Runtime(runtime, join(work, 'run'), work)
}
