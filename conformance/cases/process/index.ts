/** The container's program and what it finds (config.md, "Process"). */
import type { Case } from '../../harness/types.ts'
import { argumentCases } from './arguments.ts'
import { descriptorCases } from './descriptors.ts'
import { homeCases } from './home.ts'
import { programCases } from './program.ts'
import { rlimitCases } from './rlimits.ts'
import { scriptCases } from './scripts.ts'
import { signalCases } from './signals.ts'
import { userCases } from './user.ts'
import { workingDirectoryCases } from './working-directory.ts'

/** The container's program and what it finds (config.md, "Process"). */
export const processCases: readonly Case[] = [
  ...argumentCases,
  ...workingDirectoryCases,
  ...userCases,
  ...rlimitCases,
  ...descriptorCases,
  ...signalCases,
  ...programCases,
  ...scriptCases,
  ...homeCases,
]
