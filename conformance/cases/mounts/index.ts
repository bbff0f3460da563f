/** Mounts and the root file system (config.md, "Mounts" and "Root"). */
import type { Case } from '../../harness/types.ts'
import { bindCases } from './binds.ts'
import { destinationCases } from './destinations.ts'
import { itselfCases } from './itself.ts'
import { oneDestinationCases } from './one-destination.ts'
import { pathCases } from './paths.ts'
import { rbindCases } from './rbind.ts'
import { rootCases } from './root.ts'
import { socketCases } from './sockets.ts'
import { tmpfsCases } from './tmpfs.ts'
import { translatedMountCases } from './translated.ts'

/** Mounts and the root file system (config.md, "Mounts" and "Root"). */
export const mountCases: readonly Case[] = [
  ...bindCases,
  ...rbindCases,
  ...tmpfsCases,
  ...destinationCases,
  ...socketCases,
  ...translatedMountCases,
  ...rootCases,
  ...pathCases,
  ...itselfCases,
  ...oneDestinationCases,
]
