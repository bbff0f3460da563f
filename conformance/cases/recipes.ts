/** The bundles of docs/recipes: each does what its README says, and not more. */
import type { Case } from '../harness/types.ts'
import { recipeDeviceCases } from './recipes-devices.ts'
import { recipeNetworkCases } from './recipes-network.ts'
import { recipeParameterCases } from './recipes-parameters.ts'

/** All cases of the recipes; ids begin with `recipes.` and the recipe's directory. */
export const recipeCases: readonly Case[] = [
  ...recipeDeviceCases,
  ...recipeNetworkCases,
  ...recipeParameterCases,
]
