import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
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

/** A script in place of scripts/build. It prints its variables, and the program that it makes is a script with the parts. */
const fakeBuild = `#!/bin/sh
set -eu
cd "$(dirname "$0")/.."
mkdir -p "$WORK"
{ echo "#!/bin/sh"; cat native/main.c native/generated/functions.c native/generated/units.js; } >"$OUT"
printf '%s\\n' "CC=$CC" "QUICKJS=$QUICKJS" "CFLAGS=$CFLAGS" >"$WORK/variables"
`

/** Writes files in place of the C source, its generated files and scripts/build; gives the path of `native`. */
export function fakeSource(directory: string): string {
  const files = {
    'native/main.c': '# main.c\n',
    'native/native.h': '# native.h\n',
    'native/README.md': '# native\n',
    'native/main.o': 'compiled',
    'native/generated/functions.c': '# functions.c\n',
    'native/generated/units.js': '# units.js\n',
    'scripts/build': fakeBuild,
  }
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, name)), { recursive: true })
    writeFileSync(join(directory, name), text)
  }
  chmodSync(join(directory, 'scripts/build'), 0o755)
  return join(directory, 'native')
}

/** Makes all products of such files in a directory `out`, and gives the path of `out`. */
export function makeProducts(directory: string, name = 'out'): string {
  const out = join(directory, name)
  const amd64 = fakeExecutable(directory, { machine: 'amd64', osVersion: 1_500_000 })
  const aarch64 = fakeExecutable(directory, { machine: 'aarch64' })
  const { exitCode, stderr } = runPackager(
    ...['--executable', `amd64=${amd64}`, '--executable', `aarch64=${aarch64}`, '--out', out],
    ...['--native', fakeSource(join(directory, 'source'))],
  )
  if (exitCode !== 0) throw new Error(stderr)
  return out
}
