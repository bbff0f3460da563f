/** All cases, in the order in which they are run. */
import type { Case } from '../harness/types.ts'
import { crashCases } from './crash/create.ts'
import { deleteCases } from './delete.ts'
import { deviceCases } from './devices/rulesets.ts'
import { errorCases } from './errors/bundle.ts'
import { execCases } from './exec/command.ts'
import { execProcessCases } from './exec/process-file.ts'
import { hookCases } from './hooks/order.ts'
import { jailCases } from './jails/life.ts'
import { jailParentCases } from './jails/parent-permissions.ts'
import { killCases } from './kill.ts'
import { lifecycleCases } from './lifecycle/create-start.ts'
import { limitCases } from './limits.ts'
import { mountCases } from './mounts/binds.ts'
import { pathCases } from './mounts/paths.ts'
import { networkCases } from './network/interfaces.ts'
import { networkTogetherCases } from './network/together.ts'
import { processCases } from './process/program.ts'
import { recipeCases } from './recipes/index.ts'
import { securityCases } from './security/inside.ts'
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
