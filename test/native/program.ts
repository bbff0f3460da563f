/** The native program with the parts of this folder, compiled once for all tests that use it. */
import { execFileSync, spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { compileNative, writeParts } from '../../scripts/native.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))
const executable = join(root, 'dist/native/test-program')

/** Builds the program of the tests and gives its path. `environment`: variables of scripts/build. */
export async function buildTestProgram(environment: Readonly<Record<string, string>> = {}): Promise<string> {
  const sources = readdirSync(join(root, 'test/native/parts'))
  const entries = sources.map(file => [basename(file, '.ts'), `test/native/parts/${file}`])
  const parts = 'dist/native/test-parts'
  await writeParts(Object.fromEntries(entries), join(root, parts))
  await compileNative(parts, 'dist/native/test-program', { environment })
  return executable
}

/** What a script of `parts/` gives. The program ends with status 0, or this throws. */
export function ask(part: string, ...args: readonly string[]): unknown {
  return JSON.parse(execFileSync(executable, [part, ...args], { encoding: 'utf8' }))
}

/** Status and outputs of the program. */
export function start(args: readonly string[], options: { shell?: string } = {}) {
  const [command, argv] = options.shell
    ? ['sh', ['-c', `${options.shell} exec "$0" "$@"`, executable, ...args]]
    : [executable, args]
  const { status, signal, stdout, stderr } = spawnSync(command, argv as string[], { encoding: 'utf8' })
  return { status, signal, stdout, stderr }
}
