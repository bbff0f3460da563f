/** Reporting what is wrong with a command line. */

import type { Program } from '../host/self.ts'
import { reporterFor } from './cli.ts'
import type { GlobalValues } from './commands.ts'
import { type RawValue, type RawValues, toOptions } from './values.ts'

/** The global options without those that are wrong themselves: the error that is reported says so of them. */
function understood(raw: RawValues): GlobalValues {
  const right: Record<string, RawValue> = {}
  for (const name in raw) {
    try {
      toOptions(undefined, { [name]: raw[name] })
      right[name] = raw[name]
    } catch {
      // Its default stands for it.
    }
  }
  return toOptions(undefined, right) as unknown as GlobalValues
}

/**
 * Reports what is wrong with a command line in the way that its global options (`raw`, not checked) ask for, each as far
 * as it is right. Gives the exit status, 1.
 */
export function complain(error: unknown, raw: RawValues, program: Program): number {
  const reporter = reporterFor(understood(raw), program)
  reporter.failure(error)
  reporter.close()
  return 1
}
