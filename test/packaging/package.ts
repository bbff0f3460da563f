import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execaSync } from 'execa'
import { fakeExecutable } from './fake-executable.ts'

export const root = fileURLToPath(new URL('../..', import.meta.url))

/** Time of every file in the archives that the tests make, in seconds since 1970. */
export const time = 1_700_000_000

/** Runs the packager and gives its status and output. */
export function runPackager(...options: string[]) {
  return execaSync(process.execPath, ['scripts/package-freebsd.mjs', ...options], {
    cwd: root,
    reject: false,
    env: { SOURCE_DATE_EPOCH: String(time), XZ_OPT: '' },
  })
}

/** Makes all products from stand-ins for the executables into `out` below a directory; gives the path of `out`. */
export function makeProducts(directory: string, name = 'out'): string {
  const out = join(directory, name)
  const amd64 = fakeExecutable(directory, { machine: 'amd64', osVersion: 1_500_000 })
  const aarch64 = fakeExecutable(directory, { machine: 'aarch64' })
  const { exitCode, stderr } = runPackager(
    ...['--executable', `amd64=${amd64}`, '--executable', `aarch64=${aarch64}`, '--out', out],
  )
  if (exitCode !== 0) throw new Error(stderr)
  return out
}
