/**
 * The signal by which the engine stops its own threads. Bun on FreeBSD takes SIGUSR1 for that (WebKit's default,
 * Source/WTF/wtf/posix/ThreadingPOSIX.cpp; on Linux it takes SIGPWR) and lets `process.on('SIGUSR1')` replace its handler
 * (src/jsc/bindings/BunProcess.cpp): the next garbage collection then waits for ever. Without a handler of ours, a SIGUSR1
 * from outside is taken for the engine's and ends or stops the process. Which signal it is, is read from the environment
 * when the engine starts.
 */
import { abi } from '../abi/index.ts'
import { execve } from './identity.ts'

const VARIABLE = 'JSC_SIGNAL_FOR_GC'
/** SIGRTMAX - 1 (125): of the signals without a meaning one that nobody is likely to send. */
const SIGNAL = abi.signals.RTMAX! - 1

/** Variables to start this program with where it has to deal with users' signals: the engine then leaves those alone. */
export function engineEnvironment(): Record<string, string> {
  return abi.os === 'freebsd' && process.versions.bun !== undefined ? { [VARIABLE]: String(SIGNAL) } : {}
}

/**
 * Makes sure that every signal that users send can be caught: starts the engine again in this same process when it was
 * started without `engineEnvironment`, and does not return then. `command` is how this program is called, with all its
 * arguments. Nothing may have been read yet that would be missed. The caller's descriptors stay as they are: an argument
 * may name one of them (`--process /dev/fd/63`).
 */
export function freeUserSignals(command: readonly string[]): void {
  const missing = Object.entries(engineEnvironment()).filter(([name]) => process.env[name] === undefined)
  if (missing.length === 0) return
  const [program = process.execPath, ...args] = command
  const env = [...Object.entries(process.env), ...missing]
  // By its own name: called as `ocijail` it is another program in some things.
  execve(
    program,
    [process.argv0, ...args],
    env.map(([name, value]) => `${name}=${value ?? ''}`),
  )
}
