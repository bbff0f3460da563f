/** Interfaces, bridges and routes that the runtime makes for a container. */
import type { Case } from '../../harness/types.ts'
import { interfaceCases } from './interfaces.ts'
import { ipv6Cases } from './ipv6.ts'
import { settingCases } from './settings.ts'
import { networkTogetherCases } from './together.ts'

/** Interfaces, bridges and routes that the runtime makes for a container. */
export const networkCases: readonly Case[] = [
  ...interfaceCases,
  ...settingCases,
  ...ipv6Cases,
  ...networkTogetherCases,
]
