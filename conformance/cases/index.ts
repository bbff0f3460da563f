/** All cases, in the order in which they are run. */
import type { Case } from '../harness/types.ts'
import { crashCases } from './crash.ts'
import { deleteCases } from './delete.ts'
import { deviceCases } from './devices.ts'
import { errorCases } from './errors.ts'
import { execCases } from './exec.ts'
import { execProcessCases } from './exec-process.ts'
import { hookCases } from './hooks.ts'
import { jailCases } from './jails.ts'
import { jailParentCases } from './jails-parent.ts'
import { killCases } from './kill.ts'
import { lifecycleCases } from './lifecycle.ts'
import { limitCases } from './limits.ts'
import { mountCases } from './mounts.ts'
import { networkCases } from './network.ts'
import { networkTogetherCases } from './network-together.ts'
import { pathCases } from './paths.ts'
import { processCases } from './process.ts'
import { recipeCases } from './recipes.ts'
import { securityCases } from './security.ts'
import { stateCases } from './state.ts'
import { terminalCases } from './terminal.ts'

/** Every case but those that are made from podman's bundles. Ids are unique. */
export const allCases: readonly Case[] = [
  ...lifecycleCases,
  ...stateCases,
  ...killCases,
  ...deleteCases,
  ...processCases,
  ...terminalCases,
  ...mountCases,
  ...pathCases,
  ...hookCases,
  ...errorCases,
  ...execCases,
  ...execProcessCases,
  ...jailCases,
  ...jailParentCases,
  ...deviceCases,
  ...networkCases,
  ...networkTogetherCases,
  ...limitCases,
  ...recipeCases,
  ...securityCases,
  ...crashCases,
]

const ids = allCases.map(one => one.id)
const doubled = ids.find((id, index) => ids.indexOf(id) !== index)
if (doubled !== undefined) throw new Error(`two cases are called ${doubled}`)
