/** What callers other than podman say to a runtime, word by word (docs/callers.md). */
import type { Case } from '../../harness/types.ts'
import { containerdCases } from './containerd.ts'
import { crioCases } from './crio.ts'
import { updateCallerCases } from './update.ts'

/** What callers other than podman say to a runtime, word by word (docs/callers.md). */
export const callerCases: readonly Case[] = [...crioCases, ...updateCallerCases, ...containerdCases]
