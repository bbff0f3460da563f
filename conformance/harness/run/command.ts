/**
 * Runs a command to its end with all its streams on files. The streams are no pipes, because a runtime leaves processes
 * behind that hold its streams (a detached container does), and waiting for the end of a pipe would wait for them.
 */
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { execa, type Options } from 'execa'
import type { ToolAnswer } from '../types.ts'

/** Streams and surroundings of a command. */
export interface CommandOptions {
  /** Directory for the files of the streams. */
  scratch: string
  cwd?: string
  env?: Readonly<Record<string, string>>
  /** Milliseconds; the command is killed after them. Default 30000. */
  timeout?: number
  /** Path of the file that becomes standard input; default /dev/null. */
  stdin?: string
  /** Path of the file for standard output, opened for appending; default a file in `scratch`. */
  stdout?: string
  stderr?: string
  /** Paths for descriptors 3, 4 ..., opened for writing. */
  fds?: readonly string[]
}

/** What became of a command; `timedOut` when the harness had to kill it. */
export interface CommandAnswer extends ToolAnswer {
  signal: string | undefined
  timedOut: boolean
  /** The executable could not be started at all. */
  notStarted: string | undefined
}

type StdinOption = NonNullable<Options['stdio']>

/** Milliseconds in which a killed process has to end: one that sleeps in the kernel must not hold up the whole run. */
const afterKill = 5000

/** The end of the command, or `undefined` when the command has outlived its SIGKILL. */
async function endOf<T>(ended: Promise<T>, timeout: number): Promise<T | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<undefined>(resolve => {
    timer = setTimeout(resolve, timeout + afterKill, undefined)
  })
  try {
    return await Promise.race([ended, late])
  } finally {
    clearTimeout(timer)
  }
}

let serial = 0

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

/** Runs the command. Nothing that the command does makes this throw; a missing executable gives `notStarted`. */
export async function runCommand(
  path: string,
  args: readonly string[],
  options: CommandOptions,
): Promise<CommandAnswer> {
  mkdirSync(options.scratch, { recursive: true })
  serial += 1
  const outPath = options.stdout ?? join(options.scratch, `${serial}.out`)
  const errPath = options.stderr ?? join(options.scratch, `${serial}.err`)
  const opened: number[] = []
  const open = (name: string, flags: string) => {
    const fd = openSync(name, flags)
    opened.push(fd)
    return fd
  }
  try {
    const stdin = open(options.stdin ?? '/dev/null', 'r')
    const stdout = open(outPath, 'a')
    const stderr = errPath === outPath ? stdout : open(errPath, 'a')
    const extra = (options.fds ?? []).map(name => open(name, 'w'))
    // execa takes any descriptor; its types allow numbers beyond 2 only in some places.
    const stdio = [stdin, stdout, stderr, ...extra] as unknown as StdinOption
    const timeout = options.timeout ?? 30_000
    const command = execa(path, [...args], {
      cwd: options.cwd,
      env: { PATH: toolPath(), ...options.env },
      stdio,
      reject: false,
      buffer: false,
      timeout,
      killSignal: 'SIGKILL',
      cleanup: false,
    })
    const result = await endOf(command, timeout)
    const said = {
      stdout: options.stdout === undefined ? readText(outPath) : '',
      stderr: options.stderr === undefined ? readText(errPath) : '',
    }
    if (result === undefined)
      return { ...said, status: 128, signal: undefined, timedOut: true, notStarted: undefined }
    return {
      ...said,
      status: result.exitCode ?? (result.signal === undefined ? 127 : 128),
      signal: result.signal,
      timedOut: result.timedOut,
      notStarted:
        result.exitCode === undefined && result.signal === undefined ? result.shortMessage : undefined,
    }
  } finally {
    for (const fd of opened) closeSync(fd)
  }
}

/** The PATH for tools of the host: the directories of the system first, then the caller's PATH. */
function toolPath(): string {
  return ['/sbin', '/bin', '/usr/sbin', '/usr/bin', process.env.PATH ?? '']
    .filter(part => part !== '')
    .join(delimiter)
}
