/** Running a fixture in a process of its own: bundled for Node, as the program itself is, or compiled into a native program. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { buildSync } from 'esbuild'
import { compileNative, writeUnits } from '../../scripts/native.mjs'

const repository = join(import.meta.dirname, '../..')
/** The directory of the bundles. It is inside the repository, because the bundles look for koffi in the directories above. */
const cache = join(repository, 'node_modules/.cache/host-test')

/** Gives the program and the first arguments that run a fixture with Node. */
export function fixtureCommand(name: string): [string, string[]] {
  const source = join(import.meta.dirname, 'fixtures', `${name}.ts`)
  const outfile = join(cache, `${name}.mjs`)
  if (!built.has(name) || !existsSync(outfile)) {
    mkdirSync(cache, { recursive: true })
    buildSync({
      entryPoints: [source],
      outfile,
      bundle: true,
      platform: 'node',
      format: 'esm',
      logLevel: 'error',
    })
    built.add(name)
  }
  return [process.execPath, [outfile]]
}
const built = new Set<string>()

interface Finished {
  status: number | null
  signal: string | null
  stdout: string
  stderr: string
}

/** Runs a fixture with Node to its end; the words of `wrapper` precede the command (`['unshare', '-n']`). */
export function runFixture(
  name: string,
  args: readonly string[] = [],
  options: { env?: Record<string, string>; input?: string; wrapper?: readonly string[] } = {},
): Finished {
  const [program, first] = fixtureCommand(name)
  const [command, ...rest] = [...(options.wrapper ?? []), program, ...first, ...args]
  const { status, signal, stdout, stderr } = spawnSync(command!, rest, {
    encoding: 'utf8',
    input: options.input ?? '',
    env: { PATH: process.env.PATH, ...options.env },
    timeout: 120_000,
  })
  return { status, signal, stdout, stderr }
}

/** Compiles a fixture into a native program; the fixture may import only modules of `src/`. */
export async function nativeFixture(name: string): Promise<string> {
  const units = `dist/native/host-units/${name}.js`
  await writeUnits({ main: `test/host/fixtures/${name}.ts` }, units)
  const program = `dist/native/host-${name}`
  await compileNative(units, program)
  return join(repository, program)
}
