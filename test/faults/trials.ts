/**
 * Tries one fault after the other on a container that uses everything: a command in which something fails says so in one
 * line, or ends well, and `delete --force` takes the host back to what it was.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { difference } from '../simulated/snapshot.ts'
import { type CommandName, type Everything, ID, makeEverything } from './everything.ts'
import { type Setting, workplace } from './group.ts'
import { type Done, type Runtime, unclean } from './runtime.ts'

/** The commands in which something fails; none of those that are `LIGHT` changes what the next one needs. */
export const STRUCK = ['create', 'start', 'exec', 'update', 'pause', 'kill', 'delete'] as const
export type Struck = (typeof STRUCK)[number]

const LIGHT: readonly Struck[] = ['exec', 'update', 'pause', 'kill']

/** Runs a command in which something fails. */
type Strike = (args: readonly string[]) => Done & {
  /** Whether the fault has come. */
  struck: boolean
  /** A command that was killed, or killed itself, says nothing. */
  silent?: boolean
}

/** How the trials go on. */
export interface Trials {
  readonly runtime: Runtime
  readonly everything: Everything
  readonly faults: string[]
  /** How many faults have come. */
  readonly struck: number
  /** The command's arguments. */
  args(command: Struck): readonly string[]
  /** Tries one point after the other, as long as there is time, and gives those that were tried. */
  each<T>(points: readonly T[], attempt: (point: T) => void): T[]
  /** Brings the container to where a command can be tried. */
  ready(command: Struck): void
  /** One fault. `deleteWith` runs `delete --force` in a way of its own first. */
  attempt(label: string, command: Struck, strike: Strike, deleteWith?: Strike): void
  /** A command has been run without a fault: what it leads to is there. */
  done(command: Struck): void
  /** Takes away the container that the last trials have used. */
  end(): void
}

/** Milliseconds that the trials of a group may take in its short and in its long form; what was not tried by then is not. */
const SHORT = 30_000
const LONG = 5_400_000

/** Where the container is, as far as the trials know. */
type Stage = 'none' | 'created' | 'running'

/** Commands that leave the container as it is, so that it can be used again. */
const own: Readonly<Partial<Record<Struck, readonly string[]>>> = {
  kill: ['kill', ID, 'CONT'],
  exec: ['exec', ID, '/bin/sleep', '0'],
}

/** An empty working directory with such a container's bundle. */
export function makeTrials(setting: Setting): Trials {
  const runtime = workplace(setting)
  const everything = makeEverything(setting.work)
  const { commands } = everything
  const args = (command: Struck) => own[command] ?? commands[command as CommandName]
  // The first container makes the runtime's own directories, which stay.
  for (const command of ['create', 'start', 'delete'] as const) runtime.must(commands[command])
  let before = everything.look(runtime.root)
  const faults: string[] = []
  let stage: Stage = 'none'
  let struck = 0

  const must = (name: CommandName) => runtime.must(commands[name])

  /** `delete --force` without a fault, and a look at the host. */
  const clearUp = (label: string): void => {
    const removed = runtime.run(commands.delete)
    stage = 'none'
    if (removed.status !== 0)
      faults.push(`${label}: delete --force ${removed.signal ?? removed.status} ${removed.text}`)
    const left = difference(before, everything.look(runtime.root))
    if (left === '') return
    faults.push(`${label}: left or lost:\n${left}`)
    // The next trial is held against what is there now, so that one left-over is not counted at every later one.
    before = everything.look(runtime.root)
  }

  const trials: Trials = {
    runtime,
    everything,
    faults,
    get struck() {
      return struck
    },
    args,
    each(points, attempt) {
      const end = performance.now() + (setting.long ? LONG : SHORT)
      const tried = points.filter(point => {
        if (performance.now() > end) return false
        attempt(point)
        return true
      })
      trials.end()
      return tried
    },
    ready(command) {
      if (command === 'create') {
        if (stage !== 'none') trials.end()
        return
      }
      if (command === 'start' && stage === 'running') trials.end()
      if (stage === 'none') must('create')
      if (stage !== 'running' && command !== 'start') must('start')
      stage = command === 'start' ? 'created' : 'running'
    },
    attempt(label, command, strike, deleteWith) {
      try {
        trials.ready(command)
      } catch (error) {
        faults.push(`before ${label}: ${(error as Error).message}`)
        clearUp(label)
        return
      }
      const done = strike(args(command))
      if (done.struck) struck++
      const wrong = done.silent ? undefined : uncleanOf(command, done)
      if (wrong) faults.push(`${label}: ${wrong}`)
      if (command === 'create' && done.status === 1 && existsSync(join(runtime.root, ID)))
        faults.push(`${label}: the failed create has left its directory: ${done.text}`)
      if (deleteWith) {
        const removed = deleteWith(commands.delete)
        if (removed.status !== 0) faults.push(`${label}: delete --force meanwhile: ${removed.text}`)
      }
      if (LIGHT.includes(command) && deleteWith === undefined) {
        if (command === 'pause') runtime.run(commands.resume)
        const now = runtime.status(ID)
        if (now === 'running') return
        faults.push(`${label}: the container is ${now}, not running: ${done.text}`)
      }
      clearUp(label)
    },
    done(command) {
      if (command === 'delete') stage = 'none'
      else if (command === 'create') stage = 'created'
      else if (command === 'start') stage = 'running'
      else if (command === 'pause') runtime.must(commands.resume)
    },
    end() {
      if (stage !== 'none') clearUp('after commands that leave the container')
    },
  }
  return trials
}

/** An `exec` that fails before its program runs ends as a shell would (126, 127), too. */
function uncleanOf(command: Struck, done: Done): string | undefined {
  const ofShell = command === 'exec' && (done.status === 126 || done.status === 127)
  return unclean(ofShell ? { ...done, status: 1 } : done)
}
