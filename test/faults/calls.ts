/** Each call failing in turn, with each errno that its manual page lists, without an answer, or as the caller's last. */
import { FILE_ERRNOS, KERNEL_ERRNOS, OF_THE_OBJECT } from './errnos.ts'
import type { Group, Setting } from './group.ts'
import { choose } from './points.ts'
import { type How, withFault } from './simulated-faults.ts'
import { traced } from './tracer.ts'
import { makeTrials, STRUCK, type Struck, type Trials } from './trials.ts'

interface Point {
  command: Struck
  call: string
  nth: number
  how: How
  after: boolean
  /** By which means: the simulated kernel's plan, or ptrace(2). */
  by: 'kernel' | 'files'
  /** Milliseconds after which a command that hangs is killed. */
  limit: number
}

/** Calls that take something away: what says that it is not there is true when somebody else was faster. */
const TAKING = new Set(['unmount', 'jailRemove', 'rctlRemoveRule', 'unlink', 'rmdir', 'rename', 'kill'])

/** Calls that tell what is at a path: an errno that denies it would be untrue, and nothing can be done by one who is lied to. */
const LOOKING = new Set(['open', 'stat', 'access', 'readlink', 'chdir', 'mountAt', 'read'])

/** Whether and how an errno can be answered by the call in this command. */
function waysOf(command: Struck, call: string, errno: string): readonly boolean[] {
  // close(2) leaves no descriptor whatever it says.
  if (call === 'close') return [true]
  const ofObject = OF_THE_OBJECT.has(errno)
  if (TAKING.has(call) && ofObject) return [true]
  if (LOOKING.has(call) && ofObject && command === 'delete') return []
  return [false]
}

/** What a call of the simulated kernel can do besides failing with an errno. */
const WORSE: readonly [How, boolean][] = [
  ['hang', false],
  ['hang', true],
  ['kill', false],
  ['kill', true],
]

const numbered = (count: number) => Array.from({ length: count }, (_, n) => n + 1)

/** The points of one command, by what it calls. */
function pointsOf(trials: Trials, command: Struck, setting: Setting): Point[] {
  trials.ready(command)
  const begin = performance.now()
  const ofKernel = withFault(trials.runtime, trials.args(command)).counts
  const limit = Math.ceil(HANGS + 3 * (performance.now() - begin))
  trials.done(command)
  trials.ready(command)
  const ofFiles = traced(trials.runtime.program, rooted(trials, command), setting.work).counts
  trials.done(command)
  const points = (by: Point['by'], counts: Readonly<Record<string, number>>, table: typeof KERNEL_ERRNOS) =>
    Object.entries(table).flatMap(([call, errnos]) =>
      numbered(counts[call] ?? 0).flatMap(nth =>
        errnos.flatMap(errno =>
          waysOf(command, call, errno).map(
            (after): Point => ({ command, call, nth, how: { errno }, after, by, limit }),
          ),
        ),
      ),
    )
  const worse = Object.keys(KERNEL_ERRNOS).flatMap(call =>
    numbered(ofKernel[call] ?? 0).flatMap(nth =>
      WORSE.map(([how, after]): Point => ({ command, call, nth, how, after, by: 'kernel', limit })),
    ),
  )
  return [
    ...points('kernel', ofKernel, KERNEL_ERRNOS),
    ...worse,
    ...thinned(points('files', ofFiles, FILE_ERRNOS), setting),
  ]
}

/** Calls on files come by hundreds in one command: of each, every errno at some of its points. */
function thinned(points: readonly Point[], { random }: Setting): Point[] {
  const each = 4
  const byKind = new Map<string, Point[]>()
  for (const point of points) {
    const kind = `${point.call} ${describe(point.how)}`
    byKind.set(kind, [...(byKind.get(kind) ?? []), point])
  }
  return [...byKind.values()].flatMap(same => random.sample(same, each))
}

const rooted = (trials: Trials, command: Struck) => ['--root', trials.runtime.root, ...trials.args(command)]

const describe = (how: How) => (typeof how === 'string' ? how : 'errno' in how ? how.errno : 'status')

/** How much longer a command may take in which a call hangs, in milliseconds. */
const HANGS = 300

/** Tries one point. */
function tryOne(trials: Trials, point: Point, work: string): void {
  const { command, call, nth, how, after, by, limit } = point
  const label = `${command}, ${call} ${nth} ${describe(how)}${after ? ' after its work' : ''}`
  trials.attempt(label, command, args => {
    if (by === 'files') {
      const { errno } = how as { errno: string }
      return traced(trials.runtime.program, rooted(trials, command), work, {
        fault: { call, nth, errno, after },
      })
    }
    const done = withFault(trials.runtime, args, { call, nth, how, after }, how === 'hang' ? { limit } : {})
    // Whoever was killed says nothing.
    return { ...done, silent: typeof how === 'string' && done.signal === 'SIGKILL' }
  })
}

/** Every system call failing in turn. */
export const failingCalls: Group = setting => {
  const trials = makeTrials(setting)
  const all = STRUCK.flatMap(command => pointsOf(trials, command, setting))
  const chosen = choose(all, point => `${point.by} ${point.command} ${point.call}`, setting, 36)
  const tried = trials.each(chosen, point => tryOne(trials, point, setting.work))
  const names = new Set(tried.map(({ call }) => call)).size
  const commands = new Set(tried.map(({ command }) => command)).size
  return {
    tried: `${trials.struck} failures of ${names} calls in ${commands} commands, of ${all.length}`,
    faults: trials.faults,
  }
}
