/**
 * The direction of the imports, as docs/architecture.md draws it. The linter holds that there is no circle
 * (noImportCycles); here is what it cannot say: which folder may import which.
 */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'

const root = path.resolve(import.meta.dirname, '../..')

/** What each folder of src/ may import besides itself; `main.ts` may import everything. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  cli: ['container', 'translate', 'bundle', 'host', 'base'],
  container: ['translate', 'bundle', 'host', 'base'],
  translate: ['bundle', 'base'],
  bundle: ['host', 'base'],
  host: ['base'],
  base: ['host'],
}

/** Types of `host/` that a pure folder may name: they are erased. */
const TYPES_ONLY: Readonly<Record<string, readonly string[]>> = {
  translate: ['host'],
}

interface Import {
  from: string
  to: string
  typeOnly: boolean
}

function sources(directory: string): string[] {
  return readdirSync(path.join(root, directory), { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.ts') && !name.includes('generated/'))
    .map(name => path.join(directory, name))
    .sort()
}

/** The imports of a file: static ones, re-exports and `import()`. */
function importsOf(file: string): Import[] {
  const text = readFileSync(path.join(root, file), 'utf8')
  const found = text.matchAll(
    /^(?:import|export)\s+(type\s)?[^'"]*?from\s+'([^']+)'|^import\s+'([^']+)'|import\('([^']+)'\)/gms,
  )
  return [...found].map(([whole, type, ...names]) => ({
    from: file,
    to: names.find(name => name !== undefined) as string,
    typeOnly: type !== undefined || /^typeof import/.test(whole),
  }))
}

/** The folder of src/ that a relative import leads to: `base` for the files that lie in src/ itself. */
function folderOf(file: string): string {
  const [first, ...rest] = path.relative('src', file).split(path.sep)
  return rest.length === 0 ? 'base' : first!
}

const imports = sources('src').flatMap(importsOf)

describe('the direction of imports', () => {
  it('Imports go from cli to container to translate to bundle, and host and the files of src/ are below them all', () => {
    const wrong = imports
      .filter(({ from, to }) => to.startsWith('.') && from !== 'src/main.ts')
      .filter(({ from, to, typeOnly }) => {
        const own = folderOf(from)
        const other = folderOf(path.join(path.dirname(from), to))
        if (own === other || ALLOWED[own]?.includes(other)) return false
        return !(typeOnly && TYPES_ONLY[own]?.includes(other))
      })
    expect(wrong).toEqual([])
  })

  it('Modules of src/ import no other libraries than those that the product is made of', () => {
    const LIBRARIES = [
      // Which engine stands in for the product's is a condition of the build (package.json, imports).
      '#development-engine',
      'yargs',
      'ajv',
      'path-browserify',
      'smol-toml',
      'ipaddr.js',
      '@noble/hashes',
    ]
    const wrong = imports
      .filter(({ to }) => !to.startsWith('.'))
      .filter(({ from }) => from !== path.join('src', 'host', 'engine', 'node.ts'))
      .filter(({ to }) => !LIBRARIES.some(name => to === name || to.startsWith(`${name}/`)))
    expect(wrong).toEqual([])
  })

  it('The conformance harness and the simulated host import nothing of src/', () => {
    const wrong = sources('conformance')
      .flatMap(importsOf)
      .filter(({ from, to }) => to.startsWith('.') && path.join(path.dirname(from), to).startsWith('src'))
    expect(wrong).toEqual([])
  })
})
