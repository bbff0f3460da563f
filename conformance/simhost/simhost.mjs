#!/usr/bin/env node
// Starts simhost.ts with the Bun that npm has installed.
import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { fileURLToPath } from 'node:url'

const at = path => fileURLToPath(new URL(path, import.meta.url))
const child = spawn(at('../../node_modules/.bin/bun'), [at('simhost.ts'), ...process.argv.slice(2)], {
  stdio: 'inherit',
})
for (const signal of ['SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'])
  process.on(signal, () => child.kill(signal))
// A terminal sends SIGINT to the whole process group, so the child gets its own.
process.on('SIGINT', () => undefined)
child.on('error', error => {
  console.error(`simhost: bun cannot be started (npm ci first): ${error.message}`)
  process.exit(1)
})
child.on('exit', (code, signal) => process.exit(signal ? 128 + constants.signals[signal] : code))
