// dist/node/: the program for Node. dist/jailwright: one executable for this machine. With --if-possible (`npm ci`) it is
// no error when there can be no executable.
import { mkdirSync } from 'node:fs'
import { bundle, compile, root } from './bundle.mjs'

mkdirSync(`${root}/dist`, { recursive: true })
await bundle('src/main.ts', 'dist/node')
try {
  await compile('src/main.ts', 'dist/jailwright', { inParts: true })
} catch (error) {
  // npm has no Bun for every machine, and one that it has need not run there; bin/jailwright runs on Node alone.
  if (error.code !== 'ENOENT' && !process.argv.includes('--if-possible')) throw error
  console.error(
    `build: dist/jailwright is not made, bin/jailwright runs with Node: no Bun here: ${error.message}`,
  )
}
