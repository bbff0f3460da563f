/**
 * Starting processes: node:child_process under Node; under Bun the calls of the engine that this module is made of there.
 * Loading it takes a tenth of the start of an empty program, and it tells nothing of an end by a real-time signal.
 */
import { JailwrightError } from '../errors.ts'
import { endingSignal } from './signals.ts'

/** What a process ended with: its exit status, or 128 and the number of the signal that ended it, as a shell has it. */
export type ExitStatus = number

/** A tool that has run to its end. */
export interface Finished {
  status: ExitStatus
  stdout: string
  stderr: string
}

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

const MAX_OUTPUT = 64 * 1024 * 1024

/**
 * Runs a program to its end with `stdin` or nothing on standard input, and descriptor `keepOpen` as its descriptor 3.
 * Throws what the engine says (`code` ENOENT and the like) when it cannot be started.
 */
export function runToEnd(
  command: readonly [path: string, ...args: string[]],
  { cwd, env, stdin, keepOpen }: Surroundings & { stdin?: string | undefined; keepOpen?: number | undefined },
): Finished {
  // An empty input would be taken for none, and the caller's own standard input must not be read.
  const input = stdin ? new TextEncoder().encode(stdin) : undefined
  const others = keepOpen === undefined ? [] : [keepOpen]
  if (process.versions.bun !== undefined) {
    const { exitCode, signalCode, stdout, stderr } = Bun.spawnSync([...command], {
      cwd,
      env,
      stdio: [input ?? 'ignore', 'pipe', 'pipe', ...others],
      maxBuffer: MAX_OUTPUT,
    })
    const text = new TextDecoder()
    return {
      status: exitCode ?? 128 + endingSignal(signalCode ?? null),
      stdout: text.decode(stdout),
      stderr: text.decode(stderr),
    }
  }
  const { spawnSync } = process.getBuiltinModule('node:child_process')
  const [path, ...args] = command
  const result = spawnSync(path, args, {
    cwd,
    env,
    stdio: [input ? 'pipe' : 'ignore', 'pipe', 'pipe', ...others],
    ...(input ? { input } : {}),
    encoding: 'utf8',
    maxBuffer: MAX_OUTPUT,
  })
  if (result.error !== undefined && result.status === null && result.signal === null) throw result.error
  return {
    status: result.status ?? 128 + endingSignal(result.signal),
    stdout: result.stdout,
    stderr: result.stderr,
  }
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
