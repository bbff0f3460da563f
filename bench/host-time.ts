/** What of a command's time is the host's: from the record that a jailwright writes where JAILWRIGHT_TRACE names a file. */
import { exists, readTextFile, removeFile } from '../src/host/files.ts'
import { runWell } from './clock.ts'
import { COMMANDS, type Command, life, type Place, type Runtime } from './life.ts'
import { median } from './statistics.ts'

/** What a command asked of the host. */
export interface HostTime {
  /** Tools run, and the milliseconds until they had ended. */
  tools: number
  toolMs: number
  /** Calls that the simulated kernel answers, and the milliseconds until it had. */
  calls: number
  callMs: number
}

interface TraceLine {
  kind: 'tool' | 'kernel' | 'process'
  ms?: number
}

/** Medians of what each command of a life asks of the host, over `rounds` lives. */
export function hostTimes(runtime: Runtime, place: Place, rounds: number): Record<Command, HostTime> {
  const file = `${place.state}.trace`
  const seen = new Map<Command, HostTime[]>(COMMANDS.map(command => [command, []]))
  for (let round = 0; round < rounds; round++)
    life(runtime, place, `trace-${round}`, (command, argv) => {
      runWell(argv, { JAILWRIGHT_TRACE: file })
      seen.get(command)!.push(read(file))
    })
  const of = (command: Command): HostTime => {
    const all = seen.get(command)!
    const middle = (key: keyof HostTime) => median(all.map(each => each[key]))
    return {
      tools: middle('tools'),
      toolMs: middle('toolMs'),
      calls: middle('calls'),
      callMs: middle('callMs'),
    }
  }
  return Object.fromEntries(COMMANDS.map(command => [command, of(command)])) as Record<Command, HostTime>
}

function read(file: string): HostTime {
  if (!exists(file)) return { tools: 0, toolMs: 0, calls: 0, callMs: 0 }
  const lines = readTextFile(file)
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line) as TraceLine)
  removeFile(file)
  const of = (kind: TraceLine['kind']) => lines.filter(line => line.kind === kind)
  const time = (list: readonly TraceLine[]) => list.reduce((total, { ms = 0 }) => total + ms, 0)
  const [tools, calls] = [of('tool'), of('kernel')]
  return { tools: tools.length, toolMs: time(tools), calls: calls.length, callMs: time(calls) }
}
