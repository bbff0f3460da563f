/** Commands beside the life of a container: pause, list, ps, update, features, spec. */
import type { Case } from '../../harness/types.ts'
import { featureCases } from './features.ts'
import { listingCases } from './listing.ts'
import { pauseCases } from './pause.ts'

/** Commands beside the life of a container: pause, list, ps, update, features, spec. */
export const commandCases: readonly Case[] = [...pauseCases, ...listingCases, ...featureCases]
