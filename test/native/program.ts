/** The native program with the parts of this folder. */
import { execFileSync, spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { compileNative, writeUnits } from '../../scripts/native.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** The status and the output of a program that has ended. */
interface Ended {
  status: number | null
  signal: string | null
  stdout: string
  stderr: string
}

/** A program whose part `main` evaluates the script that the first argument names. */
export interface TestProgram {
  executable: string
  /** Gives the result of a script of `parts/`. Throws when the program does not end with status 0. */
  ask(part: string, ...args: readonly string[]): unknown
  /** Runs the program; `shell` are commands that a shell executes before it becomes the program. */
  start(args: readonly string[], options?: { shell?: string }): Ended
}

/** Builds a program of this name in dist/native. `environment` are variables for scripts/build and for the program. */
export async function testProgram(
  name: string,
  environment: Readonly<Record<string, string>>,
): Promise<TestProgram> {
  const sources = readdirSync(join(root, 'test/native/parts'))
  const entries = sources.map(file => [basename(file, '.ts'), `test/native/parts/${file}`])
  const units = `dist/native/${name}-units.js`
  await writeUnits(Object.fromEntries(entries), units)
  await compileNative(units, `dist/native/${name}`, { environment })
  const executable = join(root, 'dist/native', name)
  const env = { ...process.env, ...environment }
  return {
    executable,
    ask: (part, ...args) => JSON.parse(execFileSync(executable, [part, ...args], { encoding: 'utf8', env })),
    start(args, { shell } = {}) {
      const [command, argv] = shell
        ? ['sh', ['-c', `${shell} exec "$0" "$@"`, executable, ...args]]
        : [executable, [...args]]
      const { status, signal, stdout, stderr } = spawnSync(command, argv, { encoding: 'utf8', env })
      return { status, signal, stdout, stderr }
    },
  }
}
