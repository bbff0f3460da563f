/** /rescue of a simulated host: small programs to make a root from (to be filled). */
import fs from 'node:fs'
import path from 'node:path'

export function writeRescue(tree: string): void {
  fs.mkdirSync(path.join(tree, 'rescue'), { recursive: true })
}
