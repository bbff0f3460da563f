/** Comparing runtimes command by command. */
import { run, runWell } from './clock.ts'
import { COMMANDS, type Command, life, type Place, type Runtime } from './life.ts'
import { median, spread } from './statistics.ts'

/** The times of one command of one runtime in each round, and the largest resident sets. */
export interface Measured {
  ms: number[]
  maxrss: number[]
}

/** The measurements of each command of a runtime. */
export type Times = Record<Command, Measured>

const none = (): Times =>
  Object.fromEntries(COMMANDS.map(command => [command, { ms: [], maxrss: [] }])) as unknown as Times

/** Number of rounds before the first that counts; they fill the caches. */
const WARM_UP = 1

/**
 * Measures one life of a container with each runtime in each round. Each round begins with another runtime. The empty program
 * runs before each command, so that both are measured under the same load of the machine.
 */
export function compare(
  runtimes: readonly { runtime: Runtime; place: Place }[],
  rounds: number,
  empty?: string,
): { times: Map<Runtime, Times>; empty: Measured } {
  const times = new Map(runtimes.map(({ runtime }) => [runtime, none()]))
  const nothing: Measured = { ms: [], maxrss: [] }
  for (let round = -WARM_UP; round < rounds; round++) {
    for (let turn = 0; turn < runtimes.length; turn++) {
      const { runtime, place } = runtimes[(turn + round + WARM_UP) % runtimes.length]!
      life(runtime, place, `bench-${round + WARM_UP}`, (command, argv) => {
        const least = empty === undefined ? undefined : run([empty])
        const own = runWell(argv)
        if (round < 0) return
        if (least) record(nothing, least)
        record(times.get(runtime)![command], own)
      })
    }
  }
  return { times, empty: nothing }
}

function record(measured: Measured, { ms, maxrss }: { ms: number; maxrss: number }): void {
  measured.ms.push(ms)
  measured.maxrss.push(maxrss)
}

/** Gives the sum of the medians of some commands, in milliseconds. */
export function sum(times: Times, commands: readonly Command[] = COMMANDS): number {
  return commands.reduce((total, command) => total + median(times[command].ms), 0)
}

/** Formats a number of milliseconds for a table. */
export const ms = (value: number): string => value.toFixed(2).padStart(9)

/** Width of the first column, which has room for `create+start+delete` and two blanks. */
const COMMAND_WIDTH = 21

/**
 * Gives the table of a comparison. It has a row for each command and runtime, with the median, the spread, and the ratios to
 * the first runtime and to the empty program.
 */
export function comparisonTable(
  runtimes: readonly Runtime[],
  { times, empty }: { times: Map<Runtime, Times>; empty: Measured },
): string {
  const first = times.get(runtimes[0]!)!
  const least = empty.ms.length === 0 ? undefined : median(empty.ms)
  const ratio = `x ${runtimes[0]!.name}`
  const ratioWidth = Math.max(9, ratio.length + 2)
  const lines = [
    least === undefined
      ? ''
      : `an empty C program takes ${least.toFixed(2)} ms, ${(median(empty.maxrss) / 1024).toFixed(1)} MiB`,
    `${'command'.padEnd(COMMAND_WIDTH)}${'runtime'.padEnd(22)}   median   spread${ratio.padStart(ratioWidth)}  x empty  peak MiB`,
  ]
  const row = (command: string, runtime: Runtime, took: number, apart: string, whole: number, peak: string) =>
    `${command.padEnd(COMMAND_WIDTH)}${runtime.name.padEnd(22)}${ms(took)}${apart.padStart(9)}${(took / whole).toFixed(2).padStart(ratioWidth)}${(least === undefined ? '' : (took / least).toFixed(2)).padStart(9)}${peak.padStart(10)}`
  for (const command of COMMANDS) {
    for (const runtime of runtimes) {
      const { ms: took, maxrss } = times.get(runtime)![command]
      const peak = (Math.max(...maxrss) / 1024).toFixed(1)
      lines.push(
        row(command, runtime, median(took), spread(took).toFixed(2), median(first[command].ms), peak),
      )
    }
  }
  const life: readonly Command[] = ['create', 'start', 'delete']
  for (const [name, commands] of [
    ['create+start+delete', life],
    ['all', COMMANDS],
  ] as const)
    for (const runtime of runtimes)
      lines.push(row(name, runtime, sum(times.get(runtime)!, commands), '', sum(first, commands), ''))
  return `${lines.filter(line => line !== '').join('\n')}\n`
}
