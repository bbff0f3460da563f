/** Crashes and left-overs on a host without mount namespaces: the journal takes everything back. */
import type { Case } from '../../harness/types.ts'
import { crashAnyInstantCases } from './any-instant.ts'
import { crashInCreateCases } from './create.ts'
import { crashDamagedStateCases } from './damaged-state.ts'
import { crashOutsideCases } from './outside.ts'

/** Crashes and left-overs on a host without mount namespaces: the journal takes everything back. */
export const crashCases: readonly Case[] = [
  ...crashInCreateCases,
  ...crashOutsideCases,
  ...crashDamagedStateCases,
  ...crashAnyInstantCases,
]
