/** All cases, in the order in which they are run. */
import type { Case } from '../harness/types.ts'
import { deleteCases } from './delete.ts'
import { killCases } from './kill.ts'
import { lifecycleCases } from './lifecycle.ts'
import { stateCases } from './state.ts'

/** Every case but those that are made from podman's bundles. Ids are unique. */
export const allCases: readonly Case[] = [...lifecycleCases, ...stateCases, ...killCases, ...deleteCases]

const ids = allCases.map(one => one.id)
const doubled = ids.find((id, index) => ids.indexOf(id) !== index)
if (doubled !== undefined) throw new Error(`two cases are called ${doubled}`)
