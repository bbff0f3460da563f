/** Tools that work in the kernel process: they send their arguments there and print the answer. */
import type { Json } from '../client.ts'
import type { ToolContext } from './tool.ts'

/** The answer of such a call. */
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
