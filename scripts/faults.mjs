// npm run test:faults [-- --long] [--seed N] [--only GROUP]: runs the suite of test/faults with Bun, on simulated hosts: killed
// commands, refused calls, full disks, load, generated inputs and hostile root file systems.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { root } from './root.mjs'

if (process.platform !== 'linux' || process.getuid() !== 0) {
  console.log('faults: skipped, needs root on Linux: a simulated host is made of namespaces and mounts')
  process.exit(0)
}
if (!existsSync(path.join(root, 'dist/jailwright'))) throw new Error('faults: run "npm run build" first')
const bun = path.join(root, 'node_modules/.bin/bun')
const suite = path.join(root, 'test/faults/main.ts')
const { status } = spawnSync(bun, [suite, ...process.argv.slice(2)], { stdio: 'inherit', cwd: root })
process.exitCode = status ?? 1
