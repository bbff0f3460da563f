/** The part of the program that looks at unusual command lines: help, version, complaints, and what is merely unusual. */

import type { Program } from '../../host/self.ts'
import { complain } from '../complain.ts'
import type { Parsed } from '../fast-parse.ts'
import { print } from '../output.ts'
import { reportingOptions, slowParse } from '../slow-parse.ts'
import { toInvocation } from '../values.ts'

/** The parsed command line; or, when nothing of it is left to be done, the exit status. */
export function parseSlowly(argv: readonly string[], program: Program): Parsed | number {
  try {
    const parsed = slowParse(argv, program)
    if (!('text' in parsed)) return parsed
    print(parsed.text)
    return 0
  } catch (error) {
    return complain(error, reportingOptions(argv), program)
  }
}

/** Reports what is wrong with the values of a parsed command line and gives the exit status. */
export function complainOf({ command, raw, words }: Parsed, program: Program): number {
  try {
    toInvocation(command, raw, words)
  } catch (error) {
    return complain(error, raw, program)
  }
  throw new Error('a command line that is right was complained of')
}
