/** All cases, in the order in which they are run. */
import type { Case } from '../harness/types.ts'
import { callerCases } from './callers/index.ts'
import { commandCases } from './commands/index.ts'
import { crashCases } from './crash/index.ts'
import { deleteCases } from './delete.ts'
import { deviceCases } from './devices/index.ts'
import { errorCases } from './errors/index.ts'
import { execCases } from './exec/index.ts'
import { hookCases } from './hooks/index.ts'
import { jailCases } from './jails/index.ts'
import { killCases } from './kill.ts'
import { lifecycleCases } from './lifecycle/index.ts'
import { limitCases } from './limits.ts'
import { mountCases } from './mounts/index.ts'
import { networkCases } from './network/index.ts'
import { processCases } from './process/index.ts'
import { recipeCases } from './recipes/index.ts'
import { securityCases } from './security/index.ts'
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
  ...hookCases,
  ...errorCases,
  ...execCases,
  ...commandCases,
  ...callerCases,
  ...jailCases,
  ...deviceCases,
  ...networkCases,
  ...limitCases,
  ...recipeCases,
  ...securityCases,
  ...crashCases,
]

const ids = allCases.map(one => one.id)
const doubled = ids.find((id, index) => ids.indexOf(id) !== index)
if (doubled !== undefined) throw new Error(`two cases are called ${doubled}`)
