/**
 * `npm run docs` makes docs/config.md from the descriptions in the schemas and from the disposition table. With `--check`
 * nothing is written, and the status is 1 when the file is not current.
 */
import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { schemaProperties } from './schema-properties.mjs'

const here = path.dirname(fileURLToPath(import.meta.url))
const file = path.join(here, '..', 'docs', 'config.md')

/** Loads the table. It is TypeScript, which Node 20 does not read, so esbuild makes a module of it in memory. */
async function loadTable() {
  const { outputFiles } = await build({
    entryPoints: [path.join(here, '..', 'src', 'translate', 'disposition/disposition.ts')],
    bundle: true,
    format: 'esm',
    write: false,
    platform: 'node',
  })
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].text).toString('base64')}`)
}

const { annotationRows, propertyRows } = await loadTable()
const text = page()
if (process.argv.includes('--check')) {
  const current = fs.existsSync(file) && fs.readFileSync(file, 'utf8') === text
  if (!current) console.error('docs/config.md is not current: run "npm run docs"')
  process.exitCode = current ? 0 : 1
} else if (!fs.existsSync(file) || fs.readFileSync(file, 'utf8') !== text) {
  fs.mkdirSync(path.dirname(file), { recursive: true })
  fs.writeFileSync(file, text)
}

function page() {
  const properties = schemaProperties('config.schema.json')
  const sections = [
    ['Common part', property => !/^(linux|freebsd|windows|solaris|vm|zos)\b/.test(property.path)],
    ['freebsd', property => /^freebsd\b/.test(property.path)],
    ['linux', property => /^linux\b(?!\.(resources|seccomp))/.test(property.path)],
    ['linux.resources', property => /^linux\.resources\b/.test(property.path)],
    ['linux.seccomp', property => /^linux\.seccomp\b/.test(property.path)],
    ['Other platforms', property => /^(windows|solaris|vm|zos)\b/.test(property.path)],
  ]
  const count = fate => Object.values(propertyRows).filter(row => row.fate === fate).length
  return `<!-- Made by scripts/generate-docs.mjs (npm run docs) from spec/ and src/translate/disposition/. Do not edit. -->

# What a config.json can say, and what becomes of it

Every property of the runtime specification 1.3 that concerns this platform, and every annotation this runtime knows.
\`jailwright plan\` says the same for one bundle, \`jailwright validate\` tells what is wrong with it.

- **applied**: done as the specification says (${count('applied')} properties);
- **translated**: done by something that has another name on FreeBSD (${count('translated')});
- **ignored**: without effect, because FreeBSD has nothing like it (${count('ignored')});
- **refused**: an error (${count('refused')}).

A property that no schema has is ignored, as the specification demands; in the \`freebsd\` section a near miss gives a
warning. \`[]\` stands for any element of a list, \`*\` for any name in a map. Numbers in JSON are decimal: mode 0666 is 438.

${sections.map(([title, wanted]) => section(title, properties.filter(wanted))).join('\n')}
## Annotations

\`<n>\` and the like stand for one word without dots, \`*\` for any rest. The first row that fits counts.

| annotation | fate | what becomes of it |
|---|---|---|
${annotationRows.map(([name, row]) => `| ${code(name)} | ${row.fate} | ${cell(row.note)} |`).join('\n')}
`
}

function section(title, properties) {
  const rows = properties.map(({ path: name, description, type }) => {
    const row = propertyRows[name]
    return `| ${code(name)} | ${cell(type)} | ${cell(description)} | ${row?.fate ?? '?'} | ${cell(row?.note ?? '')} |`
  })
  const heading = /^[a-z]/.test(title) ? `\`${title}\`` : title
  return `## ${heading}

| property | type | meaning | fate | what becomes of it |
|---|---|---|---|---|
${rows.join('\n')}
`
}

function code(name) {
  return `\`${name}\``
}

/** Escapes text for a cell of a Markdown table, so that no part of it is taken for a tag or an emphasis. */
function cell(text) {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;').replaceAll('*', '\\*').replaceAll('\n', ' ')
}
