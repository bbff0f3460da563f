/** Errors: what is wrong is said, and nothing is left (runtime.md, "Errors"). */
import type { Case } from '../../harness/types.ts'
import { afterErrorCases } from './afterwards.ts'
import { bundleErrorCases } from './bundle.ts'
import { commandLineErrorCases } from './command-line.ts'
import { logErrorCases } from './log.ts'

/** Errors: what is wrong is said, and nothing is left (runtime.md, "Errors"). */
export const errorCases: readonly Case[] = [
  ...bundleErrorCases,
  ...commandLineErrorCases,
  ...logErrorCases,
  ...afterErrorCases,
]
