/** Tools whose work is done in the kernel process: they pass their arguments on and print what comes back. */
import type { Json } from '../client.ts'
import type { ToolContext } from './tool.ts'

/** What such a call answers. */
export interface Relayed {
  status: number
  stdout: string
  stderr: string
}

/** Makes a call that runs a tool, prints its output and gives the answer. */
export function relay(t: ToolContext, call: string, ...args: Json[]): Relayed {
  const answer = t.call(call, ...args) as unknown as Relayed
  if (answer.stdout !== '') t.out(answer.stdout)
  if (answer.stderr !== '') t.err(answer.stderr)
  return answer
}
