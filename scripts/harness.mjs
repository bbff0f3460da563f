// Compiling the conformance harness into one executable with Bun. A FreeBSD host needs no other file to run the cases.
import { spawnSync } from 'node:child_process'
import { renameSync, rmSync } from 'node:fs'
import path from 'node:path'
import { root } from './root.mjs'

/** Compiles conformance/main.ts into `executable` for one of Bun's targets. */
export function compileHarness(executable, target) {
  const unfinished = `${executable}.unfinished-${process.pid}`
  const { status, stdout, stderr, error } = spawnSync(
    path.join(root, 'node_modules/.bin/bun'),
    [
      'build',
      '--compile',
      '--minify',
      // These options keep the executable from loading a bunfig.toml or a .env file from the current directory.
      '--no-compile-autoload-bunfig',
      '--no-compile-autoload-dotenv',
      `--target=${target}`,
      `--outfile=${unfinished}`,
      'conformance/main.ts',
    ],
    { cwd: root, encoding: 'utf8' },
  )
  if (error) throw error
  if (status !== 0) {
    rmSync(path.join(root, unfinished), { force: true })
    throw new Error(`bun build conformance/main.ts: ${stderr || stdout}`)
  }
  // A running executable cannot be overwritten (ETXTBSY), so it is replaced by a rename.
  renameSync(path.join(root, unfinished), path.join(root, executable))
}
