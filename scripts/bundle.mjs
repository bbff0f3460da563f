// Bundling the parts of the program, for Node and for the product.
import { readFileSync, rmSync } from 'node:fs'
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

/** Functions later than ES2020 that QuickJS 2021-03-27 lacks, as they look in a script. */
const LACKING =
  /\bObject\.(?:hasOwn|groupBy)\b|\bstructuredClone\(|(?<!\.)\.(?:at|findLast|findLastIndex|toSorted|toReversed)\(/g

/**
 * Writes the units of the product into native/generated/units.js, from where scripts/build compiles them. Throws when the program
 * calls a function that QuickJS lacks, because such a call would otherwise fail only when it is reached.
 */
export async function writeProductUnits() {
  await writeUnits(parts(), UNITS, {
    plugins: [yargsWithoutNode],
    conditions: ['product'],
    // yargs refers to console.log, which QuickJS does not have, for output that the program never asks it for. smol-toml calls
    // Object.hasOwn, which QuickJS does not have either.
    define: { 'console.log': 'undefined', 'Object.hasOwn': 'Object.prototype.hasOwnProperty.call' },
    minify: true,
  })
  const found = readFileSync(path.join(root, UNITS), 'utf8').match(LACKING)
  if (found !== null) throw new Error(`${UNITS}: QuickJS lacks ${[...new Set(found)].join(', ')}`)
}
