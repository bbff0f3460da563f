/** All calls that concern the calling process, gathered from the modules of `process/`. */
import { openBeneath } from './beneath.ts'
import {
  close,
  closeDirectories,
  closeOnExecFrom,
  dup2,
  fchdir,
  flock,
  keepOnExec,
  mkfifo,
  openNoFollow,
  openNonBlocking,
  setBlocking,
  setNonBlocking,
} from './process/descriptors.ts'
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
} from './process/identity.ts'
import { prepareForJail } from './process/in-jail.ts'
import {
  getWindowSize,
  giveTerminal,
  makeRaw,
  openPty,
  restoreTerminal,
  setControllingTerminal,
  setWindowSize,
} from './process/terminal.ts'
import { sendDescriptor } from './process/unix-socket.ts'
import type { ProcessCalls } from './types.ts'

/**
 * `ProcessCalls` of the running host. Each call is imported by name, because `import *` makes the engine build a namespace
 * object at every start.
 */
export const processCalls: ProcessCalls = {
  callersDescriptors,
  close,
  closeDirectories,
  closeOnExecFrom,
  disableTracing,
  dup2,
  execve,
  exitNow,
  fchdir,
  flock,
  getWindowSize,
  giveTerminal,
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
  setNonBlocking,
  setNoNewPrivileges,
  setrlimit,
  setsid,
  setWindowSize,
}
