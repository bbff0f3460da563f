/** Running a program and measuring its process from outside. */
import { engine } from '../src/host/engine/index.ts'
import { call } from '../src/host/ffi/index.ts'
import { memory } from '../src/host/ffi/memory.ts'
import { openFile } from '../src/host/files.ts'
import { startProcess } from '../src/host/processes.ts'

/** One run of a program. */
export interface Run {
  /** Exit status, or 128 plus the number of the signal that ended the program. */
  status: number
  /** Time from the start of the process to its end, in milliseconds. */
  ms: number
  /** Largest resident set of the process in KiB (ru_maxrss of wait4(2)). */
  maxrss: number
}

/** Size of struct rusage in bytes: two timevals and fourteen longs on both systems (sys/resource.h). */
const RUSAGE_SIZE = 144
const RU_MAXRSS = 32

/**
 * A descriptor of /dev/null. It is standard input and output of each program, because a container keeps them open after
 * `create`.
 */
let nothing: number | undefined

/** Runs a program to its end, with the environment of this process and `more`. Throws when the program cannot be started. */
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
  const word = status.readInt32(0)
  const signal = word & 0x7f
  return {
    status: signal === 0 ? (word >> 8) & 0xff : 128 + signal,
    ms,
    maxrss: Number(usage.readBigUInt64(RU_MAXRSS)),
  }
}

/** Runs a program that has to succeed; throws an error that names the command when its exit status is not 0. */
export function runWell(argv: readonly string[], more: Readonly<Record<string, string>> = {}): Run {
  const result = run(argv, more)
  if (result.status !== 0) throw new Error(`${argv.join(' ')}: exit status ${result.status}`)
  return result
}
