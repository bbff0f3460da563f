// The programs of the benchmark: the measuring program, which is built like the product, and an empty C program to compare
// with.
import { spawnSync } from 'node:child_process'
import { compileNative, hasZig, writeUnits, zig } from './native.mjs'

const UNITS = 'dist/native/bench-units.js'

/** Compiles bench/main.ts: for this machine, or for FreeBSD on `machine` (x64, arm64). */
export async function compileBench(executable, machine) {
  await writeUnits({ main: 'bench/main.ts' }, UNITS, { minify: true })
  await compileNative(UNITS, executable, { machine })
}

/** Compiles a C program that does nothing, with dynamic linking, as the system's own programs have it. */
export function compileEmpty(executable) {
  const compiler = spawnSync('cc', ['--version']).status === 0 || !hasZig() ? ['cc'] : [zig, 'cc']
  const source = 'int main(void) { return 0; }'
  const { status, stderr } = spawnSync(
    compiler[0],
    [...compiler.slice(1), '-O2', '-x', 'c', '-', '-o', executable],
    { input: source, encoding: 'utf8' },
  )
  if (status !== 0) throw new Error(`the empty program: ${stderr}`)
}
