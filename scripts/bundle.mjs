// The parts of the program, bundled: for Node, and for the product.
import { rmSync } from 'node:fs'
import path from 'node:path'
import { build as esbuild } from 'esbuild'
import { writeParts } from './native.mjs'
import { PARTS, parts, yargsWithoutNode } from './parts.mjs'
import { root } from './root.mjs'

/**
 * Bundles each part into a file of its own for Node, complete in itself, as the product has them: `engine.part` loads one
 * when a command needs it. koffi is native and is found beside the bundle when the program runs.
 */
export async function bundleForNode(directory) {
  rmSync(path.join(root, directory), { recursive: true, force: true })
  await esbuild({
    absWorkingDir: root,
    entryPoints: parts(),
    outdir: directory,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node20.19',
    external: ['koffi'],
    plugins: [yargsWithoutNode],
    logOverride: { 'empty-import-meta': 'silent' },
    minifySyntax: true,
    legalComments: 'none',
    logLevel: 'warning',
  })
}

/** Bundles each part for the product into `native/generated/parts`, where scripts/build takes them from. */
export function writeProductParts() {
  return writeParts(parts(), PARTS, {
    plugins: [yargsWithoutNode],
    conditions: ['product'],
    // yargs keeps a reference to it, for output that it is never asked for.
    define: { 'console.log': 'undefined' },
    minify: true,
  })
}
