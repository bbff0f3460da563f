import type { Case } from '../types.ts'
import type { RecordedCommand } from './transcript.ts'

/** What became of a case. */
export interface Result {
  spec: Case
  outcome: 'passed' | 'failed' | 'skipped'
  /** Why the case failed or was skipped. */
  reason?: string
  /** Why the case was skipped: the runtime is known to differ, the host lacks something, or the case is not meant for it. */
  skip?: 'runtime' | 'host' | 'mark'
  milliseconds: number
  /** The directory of the case, where it was kept. */
  directory?: string
  /** The commands of the case, without those that tidied up. */
  commands: RecordedCommand[]
  /** What the programs of the case wrote, by file. */
  output: WrittenFile[]
}

/** A file of the case's directory that got a program's output. */
export interface WrittenFile {
  name: string
  text: string
}
