// Bundling the parts of the program, for Node and for the product.
import { rmSync } from 'node:fs'
import path from 'node:path'
import { build as esbuild } from 'esbuild'
import { writeUnits } from './native.mjs'
import { parts, UNITS, yargsWithoutNode } from './parts.mjs'
import { root } from './root.mjs'

/**
 * Bundles each part for Node into a file that contains all modules of the part, as in the product; `engine.part` loads the file
 * when a command needs it. koffi is a native module, so it stays outside the bundle, and Node finds it in node_modules.
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

/** Writes the units of the product into native/generated/units.js, from where scripts/build compiles them. */
export const writeProductUnits = () => writeUnits(parts(), UNITS, { minify: true })
