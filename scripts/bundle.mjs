// What the two builds share: the bundle for Node, and compiling it with Bun.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, renameSync, rmSync } from 'node:fs'
import { builtinModules } from 'node:module'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { build as esbuild } from 'esbuild'

export const root = fileURLToPath(new URL('..', import.meta.url))
const bun = path.join(root, 'node_modules/.bin/bun')

/**
 * Bundles an entry into a directory of ES modules for Node. Every `import()` stays a file of its own, so a command
 * loads only what it uses; koffi (native) and bun:ffi are taken from where the program runs.
 */
export async function bundle(entry, directory) {
  rmSync(directory, { recursive: true, force: true })
  await esbuild({
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

/** A module that gives what a built-in one exports. What is marked pure is left out where nobody imports it. */
function lateModule(name) {
  const names = Object.keys(process.getBuiltinModule(name)).filter(key => key !== 'default')
  return [
    `const whole = /* @__PURE__ */ process.getBuiltinModule(${JSON.stringify(name)})`,
    'const get = key => whole[key]',
    'export default whole',
    ...names.map(key => `export const ${key} = /* @__PURE__ */ get(${JSON.stringify(key)})`),
  ].join('\n')
}

/** Built-in modules are loaded when the first module that imports them is evaluated, not when the program starts. */
const lateBuiltins = {
  name: 'late-builtins',
  setup(build) {
    const names = builtinModules.filter(name => !name.startsWith('_'))
    build.onResolve({ filter: new RegExp(`^(node:)?(${names.join('|')})$`) }, ({ path }) => ({
      path: path.replace(/^(node:)?/, 'node:'),
      namespace: 'late-builtin',
    }))
    build.onLoad({ filter: /./, namespace: 'late-builtin' }, ({ path }) => ({ contents: lateModule(path) }))
  },
}

/** What a command line is taken apart by; the rest of a row of the table is for help and the man page. */
const ROW = ['options', 'positionals', 'passThrough']
const OPTION = ['type', 'alias', 'default', 'min', 'choices']
const POSITIONAL = ['name', 'value', 'required', 'variadic']
const PARSED = new Set([...ROW, ...OPTION, ...POSITIONAL])

/** Rows of the table of commands without their texts; the keys of `named` things (commands, options) are names, and stay. */
function withoutTexts(value, named = false) {
  if (Array.isArray(value)) return value.map(one => withoutTexts(one))
  if (typeof value !== 'object' || value === null) return value
  const kept = Object.entries(value).filter(([key]) => named || PARSED.has(key))
  return Object.fromEntries(kept.map(([key, each]) => [key, withoutTexts(each, key === 'options')]))
}

/**
 * The table of commands without its texts, for the first file that is loaded: only help needs them, and that is a part of
 * its own. A table made of objects is evaluated at every start.
 */
const plainTable = {
  name: 'plain-table',
  setup(build) {
    build.onLoad(
      { filter: /\/src\/cli\/table\/(global|lifecycle|running|tools)\.ts$/ },
      async ({ path: file }) => {
        const { outputFiles } = await esbuild({
          entryPoints: [file],
          bundle: true,
          format: 'esm',
          write: false,
        })
        const table = await import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`)
        const exported = Object.entries(table).map(
          ([name, rows]) => `export const ${name} = ${JSON.stringify(withoutTexts(rows, true))}`,
        )
        return { contents: exported.join('\n') }
      },
    )
  },
}

/** What is known of the system that a program is compiled for: code for other systems and engines is left out of it. */
function known(target) {
  const [, platform, arch] = target?.split('-') ?? ['bun', process.platform, process.arch]
  const facts = { platform, arch, 'versions.bun': 'compiled' }
  return Object.fromEntries(
    Object.entries(facts).map(([name, value]) => [`process.${name}`, JSON.stringify(value)]),
  )
}

/**
 * Bundles an entry and what it imports by `import()` into a directory, one file each, complete in itself: the engine
 * takes about as long for a module as for all the code in it, so a part that shares its modules with others would be
 * slow to load. Further `import()`s inside a part are evaluated when they are reached.
 */
async function bundleParts(entry, directory, target) {
  const parts = new Map()
  const ownFiles = {
    name: 'own-files',
    setup(build) {
      build.onResolve({ filter: /./ }, async ({ path: name, kind, importer, resolveDir }) => {
        if (kind !== 'dynamic-import' || importer !== path.resolve(root, entry)) return undefined
        const source = path.resolve(resolveDir, name)
        const file = `${path.relative(root, source).replaceAll('/', '-').replace(/\.ts$/, '')}.js`
        parts.set(file, source)
        return { path: `./${file}`, external: true }
      })
    },
  }
  const one = (source, file, plugins) =>
    esbuild({
      absWorkingDir: root,
      entryPoints: [source],
      outfile: path.join(directory, file),
      bundle: true,
      format: 'esm',
      platform: 'node',
      target: 'esnext',
      external: ['koffi'],
      minifySyntax: true,
      legalComments: 'none',
      logLevel: 'warning',
      define: known(target),
      plugins: [...plugins, lateBuiltins],
    })
  await one(entry, 'main.js', [ownFiles, plainTable])
  await Promise.all([...parts].map(([file, source]) => one(source, file, [])))
  return path.join(directory, 'main.js')
}

/**
 * Compiles source into one executable. `--bytecode` spares parsing. With `inParts` the entry and each `import()` in it
 * become a file of its own, see `bundleParts`; else the compiler splits as it likes.
 */
export async function compile(entry, executable, { target, inParts = false } = {}) {
  const work = mkdtempSync(path.join(os.tmpdir(), 'jailwright-build-'))
  try {
    compileFile(inParts ? await bundleParts(entry, work, target) : entry, executable, target)
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

function compileFile(entry, executable, target) {
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
