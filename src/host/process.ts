/** All calls about the calling process, gathered from the modules of `process/`. */
import { openBeneath } from './beneath.ts'
import {
  close,
  closeDirectories,
  closeOnExecFrom,
  directoryDescriptors,
  dup2,
  fchdir,
  flock,
  keepOnExec,
  mkfifo,
  openNoFollow,
  openNonBlocking,
  setBlocking,
} from './process/descriptors.ts'
import { engineEnvironment, freeUserSignals } from './process/engine-signal.ts'
import {
  callersDescriptors,
  disableTracing,
  execve,
  exitNow,
  kill,
  prepareExecve,
  resetSignals,
  restoreDescriptors,
  setCredentials,
  setNoNewPrivileges,
  setrlimit,
  setsid,
  withFewDescriptors,
} from './process/identity.ts'
import { prepareForJail } from './process/in-jail.ts'
import {
  getWindowSize,
  makeRaw,
  openPty,
  restoreTerminal,
  setControllingTerminal,
  setWindowSize,
} from './process/terminal.ts'
import { sendDescriptor } from './process/unix-socket.ts'
import type { ProcessCalls } from './types.ts'

/** `ProcessCalls` of the running host. By name: `import *` would make the engine build a namespace at every start. */
export const processCalls: ProcessCalls = {
  callersDescriptors,
  close,
  closeDirectories,
  closeOnExecFrom,
  directoryDescriptors,
  disableTracing,
  dup2,
  engineEnvironment,
  execve,
  exitNow,
  fchdir,
  flock,
  freeUserSignals,
  getWindowSize,
  keepOnExec,
  kill,
  makeRaw,
  mkfifo,
  openBeneath,
  openNoFollow,
  openNonBlocking,
  openPty,
  prepareExecve,
  prepareForJail,
  resetSignals,
  restoreDescriptors,
  restoreTerminal,
  sendDescriptor,
  setBlocking,
  setControllingTerminal,
  setCredentials,
  setNoNewPrivileges,
  setrlimit,
  setsid,
  setWindowSize,
  withFewDescriptors,
}
