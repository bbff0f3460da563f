// dist/node/: the program for Node. dist/jailwright: one executable for this machine.
import { mkdirSync } from 'node:fs'
import { bundle, compile, root } from './bundle.mjs'

mkdirSync(`${root}/dist`, { recursive: true })
await bundle('src/main.ts', 'dist/node')
try {
  await compile('src/main.ts', 'dist/jailwright', { inParts: true })
} catch (error) {
  // npm has no Bun for every machine; bin/jailwright runs on Node alone.
  if (error.code !== 'ENOENT') throw error
  console.error('build: no Bun for this machine: dist/jailwright is not made, bin/jailwright runs with Node')
}
