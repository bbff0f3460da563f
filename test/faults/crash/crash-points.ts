/**
 * The runtime is killed before and after each single effect of every command; `delete --force`, and the same command called
 * again, find their way from each of these instants.
 */
import { ID, makeEverything, withAliases } from '../everything.ts'
import { type Group, workplace } from '../group.ts'
import { commandsOf } from './commands.ts'
import { callAgain, clearAndCompare, killAt, type Point, pointsOf, told, type Victim } from './points.ts'
import { sampleOf } from './sample.ts'

/** Kills in the short form: of the container that uses everything, and of the one with aliases. */
const SHORT = { everything: 28, aliases: 4 }

/** A kill, and whether the command is called again before the container is cleared away. */
interface Kill {
  point: Point
  again: boolean
}

/** Kills the command, does what follows, and gives what was left or lost. */
function attempt(victim: Victim, { point, again }: Kill, clean: readonly string[]): string[] {
  const faults = killAt(victim, point)
  if (again) faults.push(...callAgain(victim, point.command))
  faults.push(...clearAndCompare(victim, clean))
  return faults.map(fault => `${told(point)}: ${fault}`)
}

/** What was tried on one container. */
export interface Tried {
  kills: number
  /** The effects of all commands, as `create: make state directory`. */
  effects: string[]
  faults: string[]
}

/** Kills at all points in both ways, or, with `choose`, at some in one of them. */
export function killAll(victim: Victim, choose: (kills: readonly Kill[]) => readonly Kill[]): Tried {
  const points = pointsOf(victim)
  const clean = victim.look()
  const all = points.flatMap(point => [false, true].map(again => ({ point, again })))
  const kills = choose(all)
  return {
    kills: kills.length,
    effects: points.flatMap(({ command, label, when }) =>
      when === 'before' ? [`${command}: ${label}`] : [],
    ),
    faults: kills.flatMap(kill => attempt(victim, kill, clean)),
  }
}

/** Kills at every point of every command, or at a sample of them. */
export const crashPoints: Group = setting => {
  const runtime = workplace(setting)
  const { random, long, work } = setting
  const made = makeEverything(work)
  const victim = {
    runtime,
    program: setting.runtime,
    id: ID,
    scratch: work,
    look: () => made.look(runtime.root),
  }
  const chosen = (count: number) => (kills: readonly Kill[]) =>
    long ? kills : sampleOf(kills, ({ point }) => point.command, count, random)
  const main = killAll({ ...victim, commands: commandsOf(made) }, chosen(SHORT.everything))
  const aliases = commandsOf(withAliases(made)).filter(({ name }) =>
    /^(create|start|update|delete)$/.test(name),
  )
  const other = killAll({ ...victim, commands: aliases }, chosen(SHORT.aliases))
  const kills = main.kills + other.kills
  const effects = main.effects.length + other.effects.length
  return {
    tried: `${kills} kills before or after one of the ${effects} effects of create, start, exec, update, pause, resume and delete, the command again after some`,
    faults: [...main.faults, ...other.faults],
  }
}
