/** The part of the executable that looks at unusual command lines: help, version, complaints, and what is merely unusual. */
import type { Parsed } from '../fast-parse.ts'
import { print } from '../output.ts'
import { defaultReport, Reporter } from '../report.ts'
import type { Program } from '../self.ts'
import { slowParse } from '../slow-parse.ts'

/** The parsed command line; or, when nothing of it is left to be done, the exit status. */
export async function parseSlowly(argv: readonly string[], program: Program): Promise<Parsed | number> {
  try {
    const parsed = await slowParse(argv, program)
    if (!('text' in parsed)) return parsed
    print(parsed.text)
    return 0
  } catch (error) {
    return new Reporter({ ...defaultReport, program, debug: argv.includes('--debug') }).failure(error)
  }
}
