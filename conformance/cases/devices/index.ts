/** Devices: devfs, rulesets, profiles, linux.devices. */
import type { Case } from '../../harness/types.ts'
import { linuxDeviceCases } from './linux.ts'
import { namedDeviceCases } from './named.ts'
import { deviceNodeCases } from './nodes.ts'
import { pfCases } from './pf.ts'
import { rulesetCases } from './rulesets.ts'

/** Devices: devfs, rulesets, profiles, linux.devices. */
export const deviceCases: readonly Case[] = [
  ...deviceNodeCases,
  ...rulesetCases,
  ...linuxDeviceCases,
  ...namedDeviceCases,
  ...pfCases,
]
