/** The scripts that `jailwright completion` prints. */
import { build } from 'esbuild'
import { root } from './facts.mjs'

/**
 * Gives a function that returns the script for a shell, by the function that `jailwright completion` calls. That function is
 * TypeScript, which Node 20 does not read, so esbuild makes a module of it in memory.
 */
export async function completionMaker() {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: ['src/cli/completion/index.ts'],
    bundle: true,
    format: 'esm',
    platform: 'node',
    write: false,
    logLevel: 'warning',
  })
  const module = await import(
    `data:text/javascript;base64,${Buffer.from(outputFiles[0].text).toString('base64')}`
  )
  return shell => module.completionScript(shell, 'jailwright')
}
