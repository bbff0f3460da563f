/**
 * `npm run docs` draws docs/features.md from the result files in docs/features. It leaves only the verdicts in each of these files,
 * and names the cases that a runtime has no verdict on, or that are gone.
 */
import fs from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { root } from './root.mjs'

const directory = path.join(root, 'docs/features')
const { allCases, featuresPage, isOther, readVerdicts, staleIds, verdictsText } = await load()
const files = fs
  .readdirSync(directory)
  .filter(name => name.endsWith('.json'))
  .sort()
  .map(name => {
    const file = readVerdicts(path.join(directory, name))
    write(path.join(directory, name), verdictsText(file))
    return file
  })
write(path.join(root, 'docs/features.md'), featuresPage(files))
const ids = allCases.map(one => one.id)
const other = ids.filter(isOther)
if (other.length > 0) console.log(`no row of conformance/harness/report/features.ts has ${other.join(', ')}`)
for (const { runtime, newer, gone } of staleIds(files, ids)) {
  if (newer.length > 0) console.log(`docs/features has no verdict of ${runtime} on ${newer.join(', ')}`)
  if (gone.length > 0)
    console.log(`docs/features has verdicts of ${runtime} on cases that are gone: ${gone.join(', ')}`)
}

/** Writes a file unless it has this text. */
function write(file, text) {
  if (!fs.existsSync(file) || fs.readFileSync(file, 'utf8') !== text) fs.writeFileSync(file, text)
}

/** Loads the harness's modules. They are TypeScript, which Node 20 does not read, so esbuild makes a module of them. */
async function load() {
  const from = name => `export * from '${path.join(root, 'conformance', name)}'`
  const outfile = path.join(root, 'dist/features.mjs')
  await build({
    stdin: {
      contents: [
        from('harness/report/features.ts'),
        from('cases/index.ts'),
        from('harness/report/features-page.ts'),
        from('harness/report/verdicts.ts'),
      ].join('\n'),
      resolveDir: root,
    },
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    external: ['bun:*'],
    logLevel: 'warning',
  })
  return import(pathToFileURL(outfile).href)
}
