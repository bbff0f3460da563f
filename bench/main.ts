/**
 * The program that compares runtimes on the host where it runs: `bench --runtime A --runtime B --rootfs DIR`. It is built like
 * the product, with QuickJS, so that it starts a process as fast as a shell does, in a few hundred microseconds. Nothing is
 * asserted.
 */
import yargs from 'yargs'
import { engine } from '../src/host/engine/index.ts'
import { makeDirectories, writeText } from '../src/host/files.ts'
import { writeBundle } from './bundle.ts'
import { compare, comparisonTable, ms, sum } from './compare.ts'
import { growthTable, withConfig, withContainers } from './growth.ts'
import { type HostTime, hostTimes } from './host-time.ts'
import { COMMANDS, type Command, type Place, type Runtime } from './life.ts'
import { median } from './statistics.ts'

const print = (text: string) => writeText(1, `${text}\n`)

/** Names of runtimes that make Linux containers. */
const LINUX_RUNTIMES = ['runc', 'crun', 'youki']

function runtimeOf(text: string): Runtime {
  const [label, command] = /^([^/=]+)=(.*)$/.exec(text)?.slice(1) ?? [undefined, text]
  const program = command!.split(' ')
  const name = label ?? program[0]!.slice(program[0]!.lastIndexOf('/') + 1)
  return { name, program, kind: LINUX_RUNTIMES.includes(name) ? 'linux' : 'jail' }
}

function main(argv: readonly string[]): number {
  const options = yargs([...argv])
    .scriptName('bench')
    .usage('Usage: $0 --runtime [NAME=]COMMAND [--runtime ...] --rootfs DIR [options]')
    .option('runtime', { type: 'string', array: true, demandOption: true, describe: 'a runtime to measure' })
    .option('rootfs', { type: 'string', demandOption: true, describe: 'root with /bin/sleep' })
    .option('work', {
      type: 'string',
      default: '/tmp/jailwright-bench',
      describe: 'directory for bundles and state',
    })
    .option('rounds', { type: 'number', default: 15, describe: 'lives of each runtime that count' })
    .option('empty', { type: 'string', describe: 'an empty program, measured before each command' })
    .option('trace', {
      type: 'boolean',
      describe: "also what the host's part of each command is (jailwright only)",
    })
    .option('growth', {
      type: 'number',
      describe: 'also with many containers and large configurations, for that many seconds',
    })
    .strict()
    .help(false)
    .version(false)
    .exitProcess(false)
    .fail((message: string) => {
      throw new Error(message)
    })
    .parseSync()
  const runtimes = options.runtime.map(runtimeOf)
  makeDirectories(options.work, 0o755)
  const places = runtimes.map((runtime, index) => ({
    runtime,
    place: {
      state: `${options.work}/state-${index}`,
      bundle: writeBundle(`${options.work}/sleep-${index}`, runtime.kind, options.rootfs, [
        '/bin/sleep',
        '1000',
      ]),
      pidFile: `${options.work}/pid`,
    },
  }))
  const found = compare(places, options.rounds, options.empty)
  print(`medians of ${options.rounds} lives, in turns, milliseconds`)
  print(comparisonTable(runtimes, found))
  const [first] = places
  if (options.trace && first) {
    const host = hostTimes(first.runtime, first.place, Math.min(options.rounds, 5))
    print(hostTable(first.runtime, host, found))
  }
  if (options.growth !== undefined && first)
    growth(first, options.rootfs, options.work, options.growth * 1000)
  return 0
}

/** Gives a table of each command's own time, without the time of the host's tools and of the simulated kernel. */
function hostTable(
  runtime: Runtime,
  host: Record<Command, HostTime>,
  found: ReturnType<typeof compare>,
): string {
  const times = found.times.get(runtime)!
  const least = median(found.empty.ms)
  const rest = (command: Command) => median(times[command].ms) - host[command].toolMs - host[command].callMs
  const rows = COMMANDS.map(command => {
    const { tools, toolMs, calls, callMs } = host[command]
    const own = rest(command)
    return `${command.padEnd(10)}${String(tools).padStart(6)}${ms(toolMs)}${String(calls).padStart(7)}${ms(callMs)}${ms(own)}${(own / least).toFixed(2).padStart(9)}`
  })
  const life = rest('create') + rest('start') + rest('delete')
  const others = [...found.times.keys()].filter(other => other !== runtime)
  const beside = others.map(
    other =>
      `${(life / sum(found.times.get(other)!, ['create', 'start', 'delete'])).toFixed(2)} x ${other.name}`,
  )
  return [
    `${runtime.name}: the time of tools and of the simulated kernel taken off`,
    'command    tools       ms  calls       ms    own ms  x empty',
    ...rows,
    `create+start+delete without them: ${life.toFixed(2)} ms${beside.length > 0 ? `, ${beside.join(', ')}` : ''}`,
    '',
  ].join('\n')
}

/** Prints how the times grow. Half of the `budgetMs` milliseconds is for many containers, the rest for large configurations. */
function growth(
  { runtime, place }: { runtime: Runtime; place: Place },
  rootfs: string,
  work: string,
  budgetMs: number,
): void {
  const rounds = 5
  const begin = engine.monotonicMs()
  print(
    `${runtime.name}: growth, medians of up to ${rounds}, milliseconds; - is what ${budgetMs / 1000} s left no time for`,
  )
  print(growthTable(withContainers(runtime, `${work}/growth`, place.bundle, rounds, begin + budgetMs / 2)))
  print(growthTable(withConfig(runtime, `${work}/growth`, rootfs, rounds, begin + budgetMs)))
}

try {
  engine.exit(main(engine.argv.slice(1)))
} catch (error) {
  writeText(2, `bench: ${(error as Error).message}\n`)
  engine.exit(1)
}
