/** What a container must not be able to do. Its root, its image and its volumes count as hostile. */
import type { Case } from '../../harness/types.ts'
import { afterwardsCases } from './afterwards.ts'
import { heldUpCases } from './held-up.ts'
import { imageCases } from './image.ts'
import { insideCases } from './inside.ts'
import { knownClassCases } from './known-classes.ts'
import { landingCases } from './landing.ts'

/** What a container must not be able to do. Its root, its image and its volumes count as hostile. */
export const securityCases: readonly Case[] = [
  ...insideCases,
  ...imageCases,
  ...heldUpCases,
  ...landingCases,
  ...knownClassCases,
  ...afterwardsCases,
]
