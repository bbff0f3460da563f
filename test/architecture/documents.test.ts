/** The names of files and commands in the documents: each leads to a file of the repository, or to a script of package.json. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'

const root = path.resolve(import.meta.dirname, '../..')

/** Folders of this repository that hold source, documents or tests. */
const FOLDERS = [
  'bench',
  'bin',
  'conformance',
  'docs',
  'man',
  'native',
  'packaging',
  'scripts',
  'spec',
  'src',
  'test',
]

/** Folders whose files other programs write, so that they need not exist. */
const MADE = ['src/bundle/generated', 'native/generated']

function filesBelow(folder: string, ending: RegExp): string[] {
  return readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter(name => ending.test(name) && !name.includes('generated'))
    .map(name => path.join(folder, name))
}

const read = (file: string): string => readFileSync(path.join(root, file), 'utf8')

const modules = ['src', 'conformance', 'scripts', 'bench', 'test'].flatMap(folder =>
  filesBelow(folder, /\.(ts|mjs)$/),
)

const documents = [
  ...readdirSync(root).filter(name => name.endsWith('.md')),
  ...FOLDERS.flatMap(folder => filesBelow(folder, /\.md$/)),
].sort()

/** Paths in code marks that begin with a folder of the repository, without those that are patterns or placeholders. */
function namedPaths(text: string): string[] {
  return [...text.matchAll(/`([^`\n]+)`/g)]
    .flatMap(([, words]) => words!.split(/\s+/))
    .map(word => word.replace(/[.,:;]+$/, ''))
    .filter(word => FOLDERS.includes(word.split('/')[0]!) && word.includes('/') && !/[*<>{}$]/.test(word))
    .filter(word => !MADE.some(folder => word.startsWith(folder)))
}

/**
 * Names of modules in code marks. They may leave out the folders in front (`core/plan.ts`, `registry.ts`); a word in capitals is a
 * placeholder.
 */
function namedModules(text: string): string[] {
  return [...text.matchAll(/`([\w./-]+\.(?:ts|mjs))`/g)]
    .map(([, name]) => name!)
    .filter(name => !/[A-Z]{2}/.test(name))
}

/** Targets of links to files, without those to other sites and to places in the same document. */
function linkedFiles(text: string): string[] {
  return [...text.matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)]
    .map(([, target]) => target!)
    .filter(target => !/^[a-z]+:/.test(target))
}

describe('the documents of the repository', () => {
  it.each(documents)('every file that %s names exists', document => {
    const text = read(document)
    const named = namedPaths(text).filter(name => !existsSync(path.join(root, name)))
    const linked = linkedFiles(text).filter(
      target => !existsSync(path.join(root, path.dirname(document), target)),
    )
    const unknown = namedModules(text).filter(name => !modules.some(file => `/${file}`.endsWith(`/${name}`)))
    expect([...named, ...linked, ...unknown]).toEqual([])
  })

  it('every npm script that a document names is in package.json', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
    const named = documents.flatMap(document =>
      [...read(document).matchAll(/npm run (?:--silent )?([a-z][\w:-]*)/g)].map(([, script]) => script!),
    )
    expect(named.length).toBeGreaterThan(10)
    expect([...new Set(named)].filter(script => scripts[script] === undefined)).toEqual([])
  })

  it('every document that a comment of the source names exists', () => {
    const sources = ['src', 'conformance', 'scripts', 'native', 'bench', 'test'].flatMap(folder =>
      filesBelow(folder, /\.(ts|mjs|c|h)$/),
    )
    const missing = sources.flatMap(file =>
      [...read(file).matchAll(/\bdocs\/[\w/-]+\.md/g)]
        .map(([name]) => name)
        .filter(name => !existsSync(path.join(root, name)))
        .map(name => `${file}: ${name}`),
    )
    expect(missing).toEqual([])
  })
})
