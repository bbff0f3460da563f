/** Faults of the simulated kernel's calls and tools, by its call `faults` (conformance/simhost/README.md). */
import { basename } from 'node:path'
import { call, type Json } from '../../conformance/simhost/client.ts'
import type { Done, Runtime } from './runtime.ts'

/** How a call or a tool ends that fails. */
export type How =
  | { errno: string; text?: string }
  | { status: number; stdout: string; stderr: string }
  | 'hang'
  | 'kill'

/** Which call or tool fails, and how. */
export interface SimulatedFault {
  call: string
  nth: number
  how: How
  after?: boolean
}

/** What there was while a command ran. */
interface Counted {
  counts: Record<string, number>
  /** Whether the fault has come. */
  struck: boolean
}

/** Runs a command with a fault, or only counts its calls and tools. `limit` in milliseconds. */
export function withFault(
  runtime: Runtime,
  args: readonly string[],
  fault?: SimulatedFault,
  { env = {}, limit = 300_000 }: { env?: Record<string, string>; limit?: number } = {},
): Done & Counted {
  // ps(1) shows as many bytes of a program's name on Linux.
  const program = basename(runtime.program).slice(0, 15)
  call('faults', { program, ...fault } as unknown as Json)
  const done = runtime.run(args, env, limit)
  const { counts, struck } = call('faults', null) as unknown as { counts: Counted['counts']; struck: number }
  if (fault?.how === 'hang' && struck > 0) end(struck)
  return { ...done, counts, struck: struck > 0 }
}

/** Ends a process that hangs, as its administrator would, where it has not ended with its command. */
function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has.
  }
}
