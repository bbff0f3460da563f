// What the two builds share: the bundle for Node, and compiling it with Bun.
import { spawnSync } from 'node:child_process'
import { renameSync, rmSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

export const root = fileURLToPath(new URL('..', import.meta.url))
const bun = path.join(root, 'node_modules/.bin/bun')

/**
 * Bundles an entry into a directory of ES modules for Node. Every `import()` stays a file of its own, so a command
 * loads only what it uses; koffi (native) and bun:ffi are taken from where the program runs.
 */
export async function bundle(entry, directory) {
  rmSync(directory, { recursive: true, force: true })
  await build({
    absWorkingDir: root,
    entryPoints: { main: entry },
    outdir: directory,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    external: ['koffi', 'bun:*'],
    chunkNames: 'chunks/[name]-[hash]',
    minifySyntax: true,
    legalComments: 'none',
    logLevel: 'warning',
  })
}

/**
 * Compiles source into one executable. `--splitting` keeps the imports of lazily loaded modules out of the start: a
 * single bundle would load every node: module that any command imports. `--bytecode` spares parsing.
 */
export function compile(entry, executable, target) {
  const unfinished = `${executable}.unfinished-${process.pid}`
  const { status, stdout, stderr, error } = spawnSync(
    bun,
    [
      'build',
      '--compile',
      '--bytecode',
      '--minify',
      '--splitting',
      '--format=esm',
      '--external=koffi',
      // Without these the executable would run what a bunfig.toml in the current directory names.
      '--no-compile-autoload-bunfig',
      '--no-compile-autoload-dotenv',
      ...(target ? [`--target=${target}`] : []),
      `--outfile=${unfinished}`,
      entry,
    ],
    { cwd: root, encoding: 'utf8' },
  )
  if (error) throw error
  if (status !== 0) {
    rmSync(unfinished, { force: true })
    throw new Error(`bun build ${entry}: ${stderr || stdout}`)
  }
  // A running executable is not overwritten (ETXTBSY), it is replaced.
  renameSync(unfinished, executable)
}
