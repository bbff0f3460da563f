/** All calls about the calling process, gathered from the modules of `process/`. */
import { openBeneath } from './beneath.ts'
import * as descriptors from './process/descriptors.ts'
import * as engineSignal from './process/engine-signal.ts'
import * as identity from './process/identity.ts'
import * as terminal from './process/terminal.ts'
import { sendDescriptor } from './process/unix-socket.ts'
import type { ProcessCalls } from './types.ts'

/** `ProcessCalls` of the running host. */
export const processCalls: ProcessCalls = {
  ...descriptors,
  ...engineSignal,
  ...identity,
  ...terminal,
  sendDescriptor,
  openBeneath,
}
