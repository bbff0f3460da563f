/** exec: another process in a created or running container. */
import type { Case } from '../../harness/types.ts'
import { execCommandCases } from './command.ts'
import { execProcessCases } from './process-file.ts'
import { execStreamCases } from './streams.ts'
import { watchedExecCases } from './watched.ts'

/** exec: another process in a running container. */
export const execCases: readonly Case[] = [
  ...execCommandCases,
  ...execStreamCases,
  ...execProcessCases,
  ...watchedExecCases,
]
