/** A disk that is full, or a quota that is used up, from each write on, or for one write only. */
import type { Group, Setting } from './group.ts'
import { choose } from './points.ts'
import { traced } from './tracer.ts'
import { makeTrials, STRUCK, type Struck, type Trials } from './trials.ts'

interface Point {
  command: Struck
  nth: number
  errno: 'ENOSPC' | 'EDQUOT'
  /** Everything that needs room fails from here on, also in the `delete --force` that follows. */
  forever: boolean
}

const numbered = (count: number) => Array.from({ length: count }, (_, n) => n + 1)

const rooted = (trials: Trials, args: readonly string[]) => ['--root', trials.runtime.root, ...args]

/** Each call of a command that needs room: state, plan, journal, pid file, lasting record, copies, names that are made. */
function pointsOf(trials: Trials, command: Struck, setting: Setting): Point[] {
  trials.ready(command)
  const { counts } = traced(trials.runtime.program, rooted(trials, trials.args(command)), setting.work, {
    room: true,
  })
  trials.done(command)
  return numbered(counts.room ?? 0).flatMap(nth =>
    (['ENOSPC', 'EDQUOT'] as const).flatMap(errno =>
      [true, false].map(forever => ({ command, nth, errno, forever })),
    ),
  )
}

function tryOne(trials: Trials, { command, nth, errno, forever }: Point, work: string): void {
  const { program } = trials.runtime
  const run = (args: readonly string[], from: number) =>
    traced(program, rooted(trials, args), work, {
      room: true,
      fault: { call: 'room', nth: from, errno, forever },
    })
  const label = `${command}, ${errno} ${forever ? 'from' : 'at'} write ${nth}${forever ? ' on' : ''}`
  trials.attempt(label, command, args => run(args, nth), forever ? args => run(args, 1) : undefined)
}

/** A full disk at each write. */
export const fullDisk: Group = setting => {
  const trials = makeTrials(setting)
  const all = STRUCK.flatMap(command => pointsOf(trials, command, setting))
  const chosen = choose(all, ({ command, forever }) => `${command} ${forever}`, setting, 24)
  trials.each(chosen, point => tryOne(trials, point, setting.work))
  const writes = new Set(all.map(({ command, nth }) => `${command} ${nth}`)).size
  return {
    tried: `${trials.struck} full disks at ${writes} writes, of ${all.length}`,
    faults: trials.faults,
  }
}
