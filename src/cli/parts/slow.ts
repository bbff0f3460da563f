/** The part of the program for unusual command lines: help, version, wrong lines, and unusual spellings. */

import type { Program } from '../../host/self.ts'
import { complain } from '../complain.ts'
import type { Parsed } from '../fast-parse.ts'
import { print } from '../output.ts'
import { reportingOptions, slowParse } from '../slow-parse.ts'
import { toInvocation } from '../values.ts'

/** Parses a command line with yargs. Returns the exit status instead when the command line is already answered. */
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

/** Reports the wrong values of a parsed command line and returns the exit status. */
export function complainOf({ command, raw, words }: Parsed, program: Program): number {
  try {
    toInvocation(command, raw, words)
  } catch (error) {
    return complain(error, raw, program)
  }
  throw new Error('a command line that is right was complained of')
}
