/** `simhost-ping`: is there a simulated host here, and who am I to it? */
import type { ToolContext } from './tool.ts'

export function main(t: ToolContext): number {
  t.out(`${JSON.stringify(t.call('ping'))}\n`)
  return 0
}
