/** What the container must not be able to do: its root, its image and its volumes are hostile. */
import type { Case } from '../../harness/types.ts'
import { afterwardsCases } from './afterwards.ts'
import { heldUpCases } from './held-up.ts'
import { imageCases } from './image.ts'
import { insideCases } from './inside.ts'
import { landingCases } from './landing.ts'

/** What the container must not be able to do: its root, its image and its volumes are hostile. */
export const securityCases: readonly Case[] = [
  ...insideCases,
  ...imageCases,
  ...heldUpCases,
  ...landingCases,
  ...afterwardsCases,
]
