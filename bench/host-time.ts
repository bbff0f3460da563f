/** The host's part of each command's time, read from the record that jailwright writes when JAILWRIGHT_TRACE names a file. */
import { exists, readTextFile, removeFile } from '../src/host/files.ts'
import { runWell } from './clock.ts'
import { COMMANDS, type Command, life, type Place, type Runtime } from './life.ts'
import { median } from './statistics.ts'

/** The host's part of one command. */
export interface HostTime {
  /** Number of tools that were run; `toolMs` is their time in milliseconds. */
  tools: number
  toolMs: number
  /** Number of calls that the simulated kernel has answered; `callMs` is their time in milliseconds. */
  calls: number
  callMs: number
}

interface TraceLine {
  kind: 'tool' | 'kernel' | 'process'
  ms?: number
}

/** Gives the medians of the host's part of each command, over `rounds` lives of a container. */
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
