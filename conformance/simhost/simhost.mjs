#!/usr/bin/env node
// Starts simhost.ts with the Bun that npm has installed.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const at = path => fileURLToPath(new URL(path, import.meta.url))
const result = spawnSync(at('../../node_modules/.bin/bun'), [at('simhost.ts'), ...process.argv.slice(2)], {
  stdio: 'inherit',
})
if (result.error) {
  console.error(`simhost: bun cannot be started (npm ci first): ${result.error.message}`)
  process.exit(1)
}
if (result.signal) process.kill(process.pid, result.signal)
process.exit(result.status ?? 1)
