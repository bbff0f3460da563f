/** Running the runtime, and checking its messages. */
import { spawn, spawnSync } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'

/** How a command ended, and its standard error. */
export interface Done {
  status: number | null
  signal: string | null
  text: string
}

/** A runtime with its state directory. */
export class Runtime {
  readonly #program: string
  readonly #scratch: string
  #files = 0
  /** The directory that `--root` names. */
  readonly root: string

  constructor(program: string, root: string, scratch: string) {
    this.#program = program
    this.root = root
    this.#scratch = scratch
    mkdirSync(root, { recursive: true })
    mkdirSync(scratch, { recursive: true })
  }

  /** Opens a file for standard error, because the container's first process inherits it and would keep a pipe open. */
  #errors(): { fd: number; end: () => string } {
    const file = join(this.#scratch, `stderr-${this.#files++}`)
    const fd = openSync(file, 'w')
    const end = () => {
      closeSync(fd)
      const text = readFileSync(file, 'utf8')
      rmSync(file)
      return text
    }
    return { fd, end }
  }

  /** Runs a command to its end. A command that takes longer than `limit` milliseconds is killed. */
  run(args: readonly string[], env: Record<string, string> = {}, limit = 300_000): Done {
    const { fd, end } = this.#errors()
    const { status, signal } = spawnSync(this.#program, ['--root', this.root, ...args], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'ignore', fd],
      timeout: limit,
      killSignal: 'SIGKILL',
    })
    return { status, signal, text: end() }
  }

  /** Starts a command, so that several of them run at the same time. */
  start(args: readonly string[], limit = 900_000): Promise<Done> {
    const { fd, end } = this.#errors()
    return new Promise((resolve, reject) => {
      const child = spawn(this.#program, ['--root', this.root, ...args], {
        stdio: ['ignore', 'ignore', fd],
        timeout: limit,
        killSignal: 'SIGKILL',
      })
      child.on('error', reject)
      child.on('exit', (status, signal) => resolve({ status, signal, text: end() }))
    })
  }

  /** The status that `state` tells of a container, or its error. */
  status(id: string): string {
    const { stdout, stderr } = spawnSync(this.#program, ['--root', this.root, 'state', id], {
      encoding: 'utf8',
      timeout: 300_000,
      killSignal: 'SIGKILL',
    })
    return /"status": ?"(\w+)"/.exec(stdout)?.[1] ?? stderr
  }

  /** Path of the executable. */
  get program(): string {
    return this.#program
  }

  /** Runs a command that has to succeed; throws with its message otherwise. */
  must(args: readonly string[], env?: Record<string, string>): void {
    const { status, signal, text } = this.run(args, env)
    if (status !== 0) throw new Error(`${args.join(' ')}: ${signal ?? status} ${text}`)
  }
}

/** Words that occur only in the message of a bug. */
const STACK = /\n\s+at |TypeError|RangeError|ReferenceError|SyntaxError|InternalError|EDOOFUS/

/**
 * Says what is wrong with the end of a command; undefined when the command succeeded, or failed with status 1 and one line on
 * standard error that names the program. Warnings may precede that line.
 */
export function unclean({ status, signal, text }: Done): string | undefined {
  if (STACK.test(text)) return `says what only an error of its own says: ${text}`
  if (status === 0) return undefined
  if (status !== 1) return `ended with ${signal ?? `status ${status}`}: ${text}`
  const lines = text.split('\n').filter(line => line !== '' && !/^jailwright: warning: /.test(line))
  if (lines.length === 1 && /^jailwright: \S/.test(lines[0]!)) return undefined
  return `failed with ${lines.length} lines: ${text}`
}
