/**
 * Starting processes: node:child_process under Node; under Bun the calls of the engine that this module is made of there.
 * Loading it takes a tenth of the start of an empty program, and it tells nothing of an end by a real-time signal.
 */
import { JailwrightError } from '../errors.ts'
import { endingSignal } from './signals.ts'

/** What a process ended with: its exit status, or 128 and the number of the signal that ended it, as a shell has it. */
export type ExitStatus = number

/** A process that has been started. */
export interface Started {
  pid: number
  /** Its end. */
  ended: Promise<ExitStatus>
  /** This process may end before it. */
  unref(): void
}

/** How a process is started; the environment is exactly `env`. */
interface Surroundings {
  cwd: string
  env: Readonly<Record<string, string>>
}

/**
 * Starts a program in a session of its own, with descriptors `stdio` as its descriptors 0, 1, 2 ... Throws HOST when it
 * cannot be started.
 */
export function startSession(
  command: readonly [path: string, ...args: string[]],
  { cwd, env, stdio }: Surroundings & { stdio: readonly number[] },
): Started {
  const [path, ...args] = command
  if (process.versions.bun !== undefined) {
    try {
      const child = Bun.spawn([...command], {
        cwd,
        env,
        detached: true,
        stdio: [...stdio] as [number, number, number],
      })
      const status = () => child.exitCode ?? 128 + endingSignal(child.signalCode)
      return { pid: child.pid, ended: child.exited.then(status), unref: () => child.unref() }
    } catch (cause) {
      throw cannotStart(path, cause)
    }
  }
  const { spawn } = process.getBuiltinModule('node:child_process')
  const child = spawn(path, args, { cwd, env, detached: true, stdio: [...stdio] })
  let failure: unknown
  child.on('error', error => {
    failure = error
  })
  if (child.pid === undefined) throw cannotStart(path, failure)
  const ended = new Promise<ExitStatus>(resolve =>
    child.once('exit', (code, signal) => resolve(code ?? 128 + endingSignal(signal))),
  )
  return { pid: child.pid, ended, unref: () => child.unref() }
}

function cannotStart(path: string, cause: unknown): JailwrightError {
  return new JailwrightError('HOST', `cannot start ${path}`, { subject: path, cause })
}
