/** Makes small root file systems from /rescue (to be filled). */
import fs from 'node:fs'

export function makeRoot(dir: string): void {
  fs.mkdirSync(dir, { recursive: true })
}
