/** `simhost-call NAME [JSON ...]`: makes one call of the kernel, for tests. Prints the answer as JSON, or the error. */
import { CallError, type Json } from '../client.ts'
import type { ToolContext } from './tool.ts'

/** Runs the tool and returns its exit status. */
export function main(t: ToolContext): number {
  const [name = '', ...words] = t.args
  try {
    t.out(`${JSON.stringify(t.call(name, ...words.map(word => JSON.parse(word) as Json)))}\n`)
    return 0
  } catch (error) {
    if (!(error instanceof CallError)) throw error
    t.err(`${error.errno}${error.text === '' ? '' : `: ${error.text}`}\n`)
    return 1
  }
}
