/** The life of a container (runtime.md, "Lifecycle" and "Operations"). */
import type { Case } from '../../harness/types.ts'
import { atOnceCases } from './at-once.ts'
import { createStartCases } from './create-start.ts'
import { logCases } from './log.ts'
import { pidCases } from './pid.ts'
import { runCases } from './run.ts'

/** The life of a container (runtime.md, "Lifecycle" and "Operations"). */
export const lifecycleCases: readonly Case[] = [
  ...createStartCases,
  ...runCases,
  ...pidCases,
  ...atOnceCases,
  ...logCases,
]
