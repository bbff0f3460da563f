/** The completion scripts as the program prints them. */
import { build } from 'esbuild'
import { root } from './facts.mjs'

/**
 * Gives the function that `jailwright completion` calls. It is TypeScript, which Node 20 does not read: esbuild makes
 * one module of it in memory.
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
