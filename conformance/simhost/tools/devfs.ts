/** devfs(8). Rules come from standard input when a word says `-`. */
import fs from 'node:fs'
import { relay } from './relay.ts'
import type { ToolContext } from './tool.ts'

export function main(t: ToolContext): number {
  const input = t.args.includes('-') ? fs.readFileSync(0, 'utf8') : ''
  return relay(t, 'devfsTool', t.args, input).status
}
