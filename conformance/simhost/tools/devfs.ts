/** devfs(8). Rules come from standard input when a word says `-`. */
import fs from 'node:fs'
import { relay } from './relay.ts'
import type { ToolContext } from './tool.ts'

/** All of standard input, null when it is closed. */
function input(): string | null {
  try {
    return fs.readFileSync(0, 'utf8')
  } catch {
    return null
  }
}

/** Runs the tool and returns its exit status. */
export function main(t: ToolContext): number {
  return relay(t, 'devfsTool', t.args, t.args.includes('-') ? input() : '').status
}
