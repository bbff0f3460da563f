/** Starting a program and measuring it as a whole process, from outside. */
import { engine } from '../src/host/engine/index.ts'
import { call } from '../src/host/ffi/index.ts'
import { memory } from '../src/host/ffi/memory.ts'
import { openFile } from '../src/host/files.ts'
import { startProcess } from '../src/host/processes.ts'

/** One run of a program. */
export interface Run {
  /** Exit status; 128 and the signal's number for an end by a signal. */
  status: number
  /** From the start until the end was seen, in milliseconds. */
  ms: number
  /** Largest resident set of the process in KiB (ru_maxrss of wait4(2)). */
  maxrss: number
}

/** Bytes of struct rusage (sys/resource.h: two timevals and fourteen longs, on both systems). */
const RUSAGE_SIZE = 144
const RU_MAXRSS = 32

/** /dev/null, for the standard streams of what is measured: a container's program keeps them open after `create`. */
let nothing: number | undefined

/** Runs a program to its end; the environment is this one's, with `more`. Throws when it cannot be started. */
export function run(argv: readonly string[], more: Readonly<Record<string, string>> = {}): Run {
  nothing ??= openFile('/dev/null', 2)
  const env = Object.entries({ ...engine.environment, ...more }).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${value}`],
  )
  const begin = engine.monotonicMs()
  const pid = startProcess({ path: argv[0]!, argv, env, descriptors: [nothing, nothing, 2] })
  const status = memory(4)
  const usage = memory(RUSAGE_SIZE)
  while (call('wait4', pid, status, 0, usage) !== pid);
  const ms = engine.monotonicMs() - begin
  const word = status.readInt32LE(0)
  const signal = word & 0x7f
  return {
    status: signal === 0 ? (word >> 8) & 0xff : 128 + signal,
    ms,
    maxrss: Number(usage.readBigUInt64LE(RU_MAXRSS)),
  }
}

/** The same, for what has to succeed: any other exit status is an error that names the command. */
export function runWell(argv: readonly string[], more: Readonly<Record<string, string>> = {}): Run {
  const result = run(argv, more)
  if (result.status !== 0) throw new Error(`${argv.join(' ')}: exit status ${result.status}`)
  return result
}
