// dist/node/: the program for Node. dist/jailwright: one executable for this machine.
import { mkdirSync } from 'node:fs'
import { bundle, compile, root } from './bundle.mjs'

mkdirSync(`${root}/dist`, { recursive: true })
await bundle('src/main.ts', 'dist/node')
compile('src/main.ts', 'dist/jailwright')
