// npm run build:freebsd: makes the executables for FreeBSD in dist/: the program itself (jailwright-freebsd-*) for x64, arm64,
// riscv64 and ppc64; for x64 and arm64 also the program that compares runtimes (bench-freebsd-*), and the conformance harness
// (jailwright-conformance-freebsd-*), which Bun compiles.
import { mkdirSync, statSync } from 'node:fs'
import path from 'node:path'
import { compileBench } from './bench-programs.mjs'
import { writeProductUnits } from './bundle.mjs'
import { compileHarness } from './harness.mjs'
import { compileNative } from './native.mjs'
import { UNITS } from './parts.mjs'
import { root } from './root.mjs'

/** The machines that the harness can be compiled for, too. */
const MACHINES = ['x64', 'arm64']

mkdirSync(path.join(root, 'dist'), { recursive: true })
const tell = file =>
  console.log(`${file}  ${(statSync(path.join(root, file)).size / 2 ** 20).toFixed(1)} MiB`)

await writeProductUnits()
for (const machine of [...MACHINES, 'riscv64', 'ppc64']) {
  const file = `dist/jailwright-freebsd-${machine}`
  await compileNative(UNITS, file, { machine })
  tell(file)
}
for (const machine of MACHINES) {
  const file = `dist/bench-freebsd-${machine}`
  await compileBench(file, machine)
  tell(file)
}
for (const machine of MACHINES) {
  const file = `dist/jailwright-conformance-freebsd-${machine}`
  // For a new target, Bun first downloads its runtime of that target from the npm registry.
  compileHarness(file, `bun-freebsd-${machine}`)
  tell(file)
}
