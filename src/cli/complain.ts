/** Reporting what is wrong with a command line. */
import { reporterFor } from './cli.ts'
import type { GlobalValues } from './commands.ts'
import { defaultReport, Reporter } from './report.ts'
import type { Program } from './self.ts'
import { type RawValues, toOptions } from './values.ts'

/** Reports what is wrong with a command line, as far as its global options are right in the way they ask for. */
export function complain(error: unknown, raw: RawValues, program: Program): number {
  let reporter = new Reporter({ ...defaultReport, program, debug: raw.debug === true })
  try {
    reporter = reporterFor(toOptions(undefined, raw) as unknown as GlobalValues, program)
  } catch {
    // It is they that are wrong: the error says so.
  }
  reporter.failure(error)
  reporter.close()
  return 1
}
