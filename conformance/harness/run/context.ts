/** One running case: its directory, containers and placeholders, and how it calls the runtime and tools. */
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, dirname, isAbsolute, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Platform } from '../host/platform.ts'
import { cloneBase } from '../host/rootfs.ts'
import type { CallOptions, Case, FileSpec, Json, JsonObject } from '../types.ts'
import { type CommandAnswer, runCommand } from './command.ts'
import { mapStrings, merge } from './merge.ts'
import { Transcript } from './transcript.ts'

/** What is the same for all cases of a run. */
export interface Session {
  /** Absolute path of the runtime. */
  runtime: string
  /** The name that the runtime's `--version` says, in lower case: `runc`, `jailwright`, `ocijail`. */
  runtimeName: string
  /** The first line that `--version` printed; empty where there is none. */
  runtimeVersion: string
  platform: Platform
  /** Directory of everything that the run makes. */
  work: string
  /** Directory that roots are made from. */
  base: string
  /** A few letters that differ between runs, for names that are global on the host. */
  tag: string
  /** Factor of all times, 1 or more: how much slower this machine is than an ordinary one. */
  patience: number
}

/** Thrown by steps; the message is what the report shows. */
export class CaseFailure extends Error {
  override readonly name = 'CaseFailure'
}

/** Arguments before the name of the command; runj knows none. */
function defaultGlobals(session: Session, state: string, log: string): string[] {
  return session.runtimeName === 'runj' ? [] : ['--root', state, '--log', log, '--log-format', 'json']
}

/** Puts a file in place and makes its parent directories. */
export function placeFile(path: string, spec: FileSpec, expand: (text: string) => string): void {
  mkdirSync(dirname(path), { recursive: true })
  if (typeof spec === 'string') writeFileSync(path, expand(spec))
  else if ('dir' in spec) mkdirSync(path, { recursive: true, mode: spec.mode ?? 0o755 })
  else if ('link' in spec) symlinkSync(expand(spec.link), path)
  else writeFileSync(path, expand(spec.text), { mode: spec.mode ?? 0o644 })
}

/**
 * Placeholders: `id` `dir` `bundle` `root` `pid` `out` (with a number for a further container: `id2`), `state` (the
 * runtime's --root), `unique`, `nap` (a number of seconds no other case sleeps), `bind` (the type of a bind mount),
 * `runtime`, and what a step remembered under a name.
 */
export class CaseContext {
  readonly dir: string
  readonly state: string
  readonly unique: string
  readonly nap: string
  readonly ids = new Set<string>()
  readonly pids = new Set<number>()
  readonly memory = new Map<string, string>()
  readonly transcript: Transcript
  private deadline: number
  /** Masters of received terminals, read until the case ends. */
  readonly terminals: { fd: number; stop: () => void }[] = []
  readonly session: Session
  readonly spec: Case
  private readonly bundles = new Set<number>()
  private calls = 0

  constructor(session: Session, spec: Case, number: number) {
    this.session = session
    this.spec = spec
    this.dir = join(session.work, String(number))
    this.state = join(this.dir, 'state')
    // Every case has the same number of digits, so that no name is the beginning of another one.
    this.unique = `${session.tag}${String(number).padStart(3, '0')}`
    this.nap = String(100_000 + (process.pid % 5000) * 1000 + number)
    this.deadline = Date.now() + (spec.timeout ?? 120_000) * session.patience
    this.transcript = new Transcript(this.dir)
    mkdirSync(this.dir)
    // The container is tidied up also when a check created it without a step.
    this.ids.add(this.id(1))
    for (const [path, file] of Object.entries(spec.files ?? {})) {
      placeFile(join(this.dir, path), file, text => this.expand(text))
    }
    this.bundle(1)
  }

  /** Milliseconds that the case has left, at most `limit` times the patience. */
  left(limit: number): number {
    return Math.max(1, Math.min(limit * this.session.patience, this.deadline - Date.now()))
  }

  /** Gives the tidying up its own time, however late the case is. */
  extend(ms: number): void {
    this.deadline = Date.now() + ms * this.session.patience
  }

  id(n: number): string {
    const first =
      this.spec.containerId === undefined ? `cf-${this.unique}` : this.expand(this.spec.containerId)
    return n === 1 ? first : `${first}-${n}`
  }

  /** Directory of a container's bundle; the first use makes it, with root and config.json. */
  bundle(n: number): string {
    const path = join(this.dir, `b${n}`)
    if (this.bundles.has(n)) return path
    this.bundles.add(n)
    cloneBase(this.session.base, join(path, 'root'))
    for (const [name, file] of Object.entries(this.spec.rootFiles ?? {})) {
      placeFile(join(path, 'root', name), file, text => this.expand(text))
    }
    const { program } = this.spec
    const withProgram: JsonObject =
      program === undefined
        ? this.session.platform.baseConfig
        : merge(this.session.platform.baseConfig, { process: { args: ['/bin/sh', '-c', program] } })
    this.writeConfig(n, merge(withProgram, this.spec.config ?? {}))
    return path
  }

  readConfig(n: number): JsonObject {
    return JSON.parse(readFileSync(join(this.bundle(n), 'config.json'), 'utf8')) as JsonObject
  }

  writeConfig(n: number, config: Json): void {
    const filled = mapStrings(config, text => this.expand(text, n))
    writeFileSync(join(this.dir, `b${n}`, 'config.json'), JSON.stringify(filled, undefined, 1))
  }

  /** A path of the case directory, or the absolute path itself. */
  path(name: string): string {
    const filled = this.expand(name)
    return isAbsolute(filled) ? filled : join(this.dir, filled)
  }

  /** Fills placeholders; those without a number mean container `n`. Throws for an unknown placeholder. */
  expand(text: string, n = 1): string {
    return text.replace(/%\{(\w+?)(\d*)\}/g, (_all, name: string, digits: string) => {
      const which = digits === '' ? n : Number(digits)
      switch (name) {
        case 'id':
          return this.id(which)
        case 'dir':
          return this.dir
        case 'state':
          return this.state
        case 'unique':
          return this.unique
        case 'nap':
          return this.nap
        case 'n':
          return String(which)
        case 'bind':
          return this.session.platform.bindType
        case 'runtime':
          return this.session.runtime
        case 'bundle':
          return this.bundle(which)
        case 'root':
          return join(this.dir, `b${which}`, 'root')
        case 'pid':
          return String(this.pid(which))
        default: {
          const remembered = this.memory.get(name + digits)
          if (remembered === undefined) throw new CaseFailure(`unknown placeholder %{${name}${digits}}`)
          return remembered
        }
      }
    })
  }

  pidFile(n: number): string {
    return join(this.dir, n === 1 ? 'pid' : `pid${n}`)
  }

  /** The pid in the pid file. Throws when there is no file or no number in it. */
  pid(n: number): number {
    const path = this.pidFile(n)
    const text = existsSync(path) ? readFileSync(path, 'utf8') : ''
    if (!/^\d+\n?$/.test(text)) throw new CaseFailure(`pid file holds ${JSON.stringify(text)}`)
    return Number(text)
  }

  /** Runs a tool of the host by name, as a step of the case. */
  tool = async (name: string, ...args: string[]): Promise<CommandAnswer> => {
    const started = Date.now()
    const answer = await this.hostTool(name, ...args)
    this.transcript.add(name, args, answer, Date.now() - started)
    return answer
  }

  /** Runs a tool of the host by name for the harness itself; the call is no part of the case. */
  hostTool = (name: string, ...args: string[]): Promise<CommandAnswer> =>
    runCommand(name, args, {
      scratch: join(this.dir, 'tools'),
      timeout: 30_000 * this.session.patience,
    })

  /** Calls the runtime; gives its answer and the text of its log. */
  async call(
    args: readonly string[],
    options: CallOptions,
    streams: { stdin?: string; stdout?: string; stderr?: string; fds?: string[]; cwd?: string } = {},
  ): Promise<CommandAnswer & { log: string }> {
    const [verb, flag, ...ids] = args
    if (this.session.runtimeName === 'runj' && verb === 'delete' && flag === '--force')
      return this.killAndDelete(ids, options)
    this.calls += 1
    const log = join(this.dir, `log${this.calls}`)
    const globals = options.globals ?? defaultGlobals(this.session, this.state, log)
    let runtime = this.session.runtime
    if (options.calledAs !== undefined) {
      runtime = join(this.dir, options.calledAs)
      if (!existsSync(runtime)) symlinkSync(this.session.runtime, runtime)
    }
    const fill = (text: string) => this.expand(text).replaceAll('@LOG@', log)
    const words = [...globals, ...args].map(fill)
    const started = Date.now()
    const answer = await runCommand(runtime, words, {
      scratch: join(this.dir, 'calls'),
      timeout: this.left(options.timeout ?? 30_000),
      env: options.env,
      ...streams,
    })
    const whole = { ...answer, log: existsSync(log) ? readFileSync(log, 'utf8') : '' }
    this.transcript.add(basename(runtime), words, whole, Date.now() - started)
    if (answer.notStarted !== undefined)
      throw new CaseFailure(`runtime cannot be started: ${answer.notStarted}`)
    return whole
  }

  /** Does what `delete --force` does, for a runtime without that flag that kills no created container (runj). */
  private async killAndDelete(
    ids: readonly string[],
    options: CallOptions,
  ): Promise<CommandAnswer & { log: string }> {
    for (const pid of this.pids) {
      try {
        process.kill(pid, 'SIGKILL')
      } catch {
        // The process has ended.
      }
    }
    const end = Date.now() + this.left(30_000)
    for (;;) {
      const answer = await this.call(['delete', ...ids], options)
      if (answer.status === 0 || Date.now() > end) return answer
      await sleep(100)
    }
  }
}
