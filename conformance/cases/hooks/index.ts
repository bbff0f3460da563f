/** Hooks (config.md, "POSIX-platform Hooks"; runtime.md, "Lifecycle"). */
import type { Case } from '../../harness/types.ts'
import { hookCallCases } from './call.ts'
import { hookFailureCases } from './failures.ts'
import { hookOrderCases } from './order.ts'
import { hookStateCases } from './state.ts'

/** Hooks (config.md, "POSIX-platform Hooks"; runtime.md, "Lifecycle"). */
export const hookCases: readonly Case[] = [
  ...hookOrderCases,
  ...hookCallCases,
  ...hookStateCases,
  ...hookFailureCases,
]
