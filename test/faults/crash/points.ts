/** The points at which a command can be killed: before and after each of its effects on the host. */
import { spawnSync } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { difference } from '../../simulated/snapshot.ts'
import type { Runtime } from '../runtime.ts'
import type { Command } from './commands.ts'

/** One of them. */
export interface Point<N extends string = string> {
  command: N
  /** The effect's number in the command, from 1. */
  effect: number
  /** What the effect is. */
  label: string
  when: 'before' | 'after'
}

/** A point as text, for a fault. */
export const told = ({ command, effect, label, when }: Point) =>
  `${command} killed ${when} effect ${effect} (${label})`

/** A container whose commands are killed, in a simulated host. */
export interface Victim {
  runtime: Runtime
  /** Path of the runtime's executable, for what is read from its standard output. */
  program: string
  id: string
  commands: readonly Command[]
  /** A directory for files that are not compared. */
  scratch: string
  /** What of the host it could change or leave, as lines. */
  look: () => string[]
}

const byName = ({ commands }: Victim, name: string): Command =>
  commands.find(command => command.name === name)!

/** Takes the container away from whatever state it is in. */
const clearing = ({ id }: Victim): string[] => ['delete', '--force', id]

/** Brings the container to the state that a command starts from. */
function bringTo(victim: Victim, command: Command): void {
  for (const name of command.before) victim.runtime.must(byName(victim, name).args)
}

/**
 * All points of all commands, in order: the commands of a whole life, each run once to its end. What that leaves is
 * thrown.
 */
export function pointsOf(victim: Victim): Point[] {
  const before = victim.look()
  const file = join(victim.scratch, 'effects')
  const points = victim.commands.flatMap(command => {
    rmSync(file, { force: true })
    victim.runtime.must(command.args, { JAILWRIGHT_EFFECTS: file })
    const lines = readFileSync(file, 'utf8').trim().split('\n')
    return lines.flatMap((line, index) =>
      (['before', 'after'] as const).map(when => ({
        command: command.name,
        effect: index + 1,
        label: line.slice(line.indexOf(' ') + 1),
        when,
      })),
    )
  })
  const left = difference(before, victim.look())
  if (left !== '') throw new Error(`left without a crash:\n${left}`)
  return points
}

/** Brings the container to where the command begins and kills that at the point. A fault when it did not die there. */
export function killAt(victim: Victim, point: Point): string[] {
  const command = byName(victim, point.command)
  bringTo(victim, command)
  const at = `${point.effect}:${point.when}`
  const died = victim.runtime.run(command.args, { JAILWRIGHT_CRASH_AT: at })
  if (died.signal === 'SIGKILL') return []
  return [`did not die but ended with ${died.status}: ${died.text}`]
}

/** The container's status as `state` tells it; undefined when there is none. */
export function statusOf({ program, runtime, id }: Victim): string | undefined {
  const { status, stdout } = spawnSync(program, ['--root', runtime.root, 'state', id], { encoding: 'utf8' })
  return status === 0 ? (JSON.parse(stdout) as { status: string }).status : undefined
}

/** Calls a command again that was killed; gives what it did not do or said wrongly. */
export function callAgain(victim: Victim, name: string): string[] {
  const command = byName(victim, name)
  const { args = command.args, says, status } = command.again
  const done = victim.runtime.run(args)
  if (done.status !== 0 && !(done.status === 1 && says?.test(done.text)))
    return [`${args.join(' ')} again: ${done.signal ?? done.status} ${done.text}`]
  const now = status === undefined ? undefined : statusOf(victim)
  return now === status ? [] : [`after ${name} again the container is ${now}, not ${status}: ${done.text}`]
}

/** Clears the container away and compares; what is left or lost is cleared once more, so that it is counted once. */
export function clearAndCompare(victim: Victim, clean: readonly string[]): string[] {
  const removed = victim.runtime.run(clearing(victim))
  const left = difference(clean, victim.look())
  if (removed.status === 0 && left === '') return []
  victim.runtime.run(clearing(victim))
  return [`delete --force gave ${removed.signal ?? removed.status} ${removed.text}\n${left}`]
}
