/** The bundles of docs/recipes: each does what its README says, and no more. */
import type { Case } from '../../harness/types.ts'
import { recipeDeviceCases } from './devices.ts'
import { recipeNetworkCases } from './network.ts'
import { recipeParameterCases } from './parameters.ts'
import { recipeStorageCases } from './storage.ts'

/** All cases of the recipes; ids begin with `recipes.` and the recipe's directory. */
export const recipeCases: readonly Case[] = [
  ...recipeDeviceCases,
  ...recipeNetworkCases,
  ...recipeParameterCases,
  ...recipeStorageCases,
]
