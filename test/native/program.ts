/** The native program with the parts of this folder. */
import { execFileSync, spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { compileNative, writeParts } from '../../scripts/native.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Status and outputs of a program that has ended. */
interface Ended {
  status: number | null
  signal: string | null
  stdout: string
  stderr: string
}

/** A program whose part `main` evaluates the script that its first argument names. */
export interface TestProgram {
  executable: string
  /** What a script of `parts/` gives. The program ends with status 0, or this throws. */
  ask(part: string, ...args: readonly string[]): unknown
  /** Runs the program; `shell` is what a shell does before, in the same process. */
  start(args: readonly string[], options?: { shell?: string }): Ended
}

/** Builds a program of that name in dist/native. `environment`: variables of scripts/build and of the programs. */
export async function testProgram(
  name: string,
  environment: Readonly<Record<string, string>>,
): Promise<TestProgram> {
  const sources = readdirSync(join(root, 'test/native/parts'))
  const entries = sources.map(file => [basename(file, '.ts'), `test/native/parts/${file}`])
  const parts = `dist/native/${name}-scripts`
  await writeParts(Object.fromEntries(entries), join(root, parts))
  await compileNative(parts, `dist/native/${name}`, { environment })
  const executable = join(root, 'dist/native', name)
  return {
    executable,
    ask: (part, ...args) => JSON.parse(execFileSync(executable, [part, ...args], { encoding: 'utf8' })),
    start(args, { shell } = {}) {
      const [command, argv] = shell
        ? ['sh', ['-c', `${shell} exec "$0" "$@"`, executable, ...args]]
        : [executable, [...args]]
      const { status, signal, stdout, stderr } = spawnSync(command, argv, { encoding: 'utf8' })
      return { status, signal, stdout, stderr }
    },
  }
}
