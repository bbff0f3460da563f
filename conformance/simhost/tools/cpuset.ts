/** cpuset(1); `cpuset -l LIST command` executes the command on those CPUs. */
import { ptr } from 'bun:ffi'
import { libc } from '../libc.ts'
import { execvp } from './process.ts'
import { relay } from './relay.ts'
import { strerror, type ToolContext } from './tool.ts'

/** Runs the tool and returns its exit status. */
export function main(t: ToolContext): number {
  const answer = relay(t, 'cpusetTool', t.args) as {
    status: number
    execute?: { mask?: number[]; argv: string[] }
  }
  if (answer.execute === undefined) return answer.status
  const { mask, argv } = answer.execute
  if (mask !== undefined) {
    const bits = Buffer.alloc(128)
    for (const cpu of mask) bits[cpu >> 3] = (bits[cpu >> 3] ?? 0) | (1 << (cpu & 7))
    libc.syscall(process.arch === 'arm64' ? 122 : 203, 0, bits.length, ptr(bits), 0, 0)
  }
  const error = execvp(argv, t.env)
  t.err(`cpuset: ${argv[0]}: ${strerror(error)}\n`)
  return error === 'ENOENT' ? 127 : 126
}
