import type { Case } from '../types.ts'
import type { RecordedCommand } from './transcript.ts'

/** What became of a case. */
export interface Result {
  spec: Case
  outcome: 'passed' | 'failed' | 'skipped'
  /** Why it failed or was skipped. */
  reason?: string
  /** Why it was skipped: the runtime is known to differ, the host lacks something, or the case is not meant for it. */
  skip?: 'runtime' | 'host' | 'mark'
  milliseconds: number
  /** Directory, where it was kept. */
  directory?: string
  /** What was called, without the tidying up. */
  commands: RecordedCommand[]
  /** What the programs of the case wrote, by file. */
  output: WrittenFile[]
}

/** A file of the case's directory that got a program's output. */
export interface WrittenFile {
  name: string
  text: string
}
