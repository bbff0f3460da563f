/** Reports of wrong command lines. */

import type { Program } from '../host/self.ts'
import { reporterFor } from './cli.ts'
import type { GlobalValues } from './commands.ts'
import { type RawValue, type RawValues, toOptions } from './values.ts'

/** Returns the global options without the wrong ones. A wrong global option is itself the error that is reported. */
function understood(raw: RawValues): GlobalValues {
  const right: Record<string, RawValue> = {}
  for (const name in raw) {
    try {
      toOptions(undefined, { [name]: raw[name] })
      right[name] = raw[name]
    } catch {
      // The default value takes the place of a wrong one.
    }
  }
  return toOptions(undefined, right) as unknown as GlobalValues
}

/**
 * Reports an error of a command line in the way that its global options (`raw`, unchecked) ask for, as far as they are
 * correct. Returns the exit status, 1.
 */
export function complain(error: unknown, raw: RawValues, program: Program): number {
  const reporter = reporterFor(understood(raw), program)
  reporter.failure(error)
  reporter.close()
  return 1
}
