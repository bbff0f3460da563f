/**
 * `npm run generate` makes types and validators from the schemas of spec/ and writes them to src/bundle/generated/, which is
 * not in git. It does nothing when the output was made from the present inputs; `--force` makes the output in any case.
 */
import crypto from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundledSchema, schemaFiles, specDirectory } from './schemas.mjs'

const here = path.dirname(fileURLToPath(import.meta.url))
const output = path.join(here, '..', 'src', 'bundle', 'generated')

/** The modules with types, each with the schema whose types it contains. */
const types = { config: 'config.schema.json', state: 'state.schema.json', features: 'features.schema.json' }

/**
 * The modules with validators. Those for `exec --process` and for `update --resources` are separate, so that these commands do
 * not load the code for a whole config.json.
 */
const validators = {
  config: { file: 'config.schema.json', type: 'Config', module: 'config' },
  process: { file: 'process.schema.json', type: 'Process', module: 'config' },
  resources: { file: 'resources.schema.json', type: 'LinuxResources', module: 'config' },
  state: { file: 'state.schema.json', type: 'State', module: 'state' },
  features: { file: 'features.schema.json', type: 'Features', module: 'features' },
}

const banner = '// Generated from spec/ by scripts/generate-spec.mjs (npm run generate). Do not edit.\n'
const stampFile = path.join(output, 'stamp')
const stamp = fingerprint()
if (!process.argv.includes('--force') && upToDate()) process.exit(0)

fs.mkdirSync(output, { recursive: true })
for (const [module, file] of Object.entries(types)) write(`${module}.ts`, await typesOf(file))
for (const [module, { file, type, module: from }] of Object.entries(validators)) {
  write(`validate-${module}.js`, await validatorOf(file))
  write(`validate-${module}.d.ts`, declarationOf(type, from))
}
write('stamp', stamp)

/** Gives a checksum of the inputs: the schemas, this generator, and the versions of its libraries (package-lock.json). */
function fingerprint() {
  const hash = crypto.createHash('sha256')
  const inputs = schemaFiles().map(name => path.join(specDirectory, name))
  for (const name of [...inputs, path.join(here, 'schemas.mjs'), fileURLToPath(import.meta.url)]) {
    hash.update(name.slice(here.length)).update(fs.readFileSync(name))
  }
  hash.update(fs.readFileSync(path.join(here, '..', 'package-lock.json')))
  return `${hash.digest('hex')}\n`
}

function upToDate() {
  const names = [
    ...Object.keys(types).map(m => `${m}.ts`),
    ...Object.keys(validators).map(m => `validate-${m}.js`),
  ]
  if (!fs.existsSync(stampFile) || fs.readFileSync(stampFile, 'utf8') !== stamp) return false
  return names.every(name => fs.existsSync(path.join(output, name)))
}

/** Writes a file by a rename, because another process may be reading the old one when tests and builds run at the same time. */
function write(name, text) {
  const temporary = path.join(output, `.${name}.${process.pid}`)
  fs.writeFileSync(temporary, text)
  fs.renameSync(temporary, path.join(output, name))
}

async function typesOf(file) {
  const { compile } = await import('json-schema-to-typescript')
  const schema = dropSiblings(bundledSchema(file))
  const text = await compile(schema, schema.title, {
    additionalProperties: false,
    bannerComment: banner,
    format: false,
    ignoreMinAndMaxItems: true,
    enableConstEnums: false,
  })
  return text
}

/** Removes everything beside a reference, because json-schema-to-typescript makes a second, numbered type of it otherwise. */
function dropSiblings(node) {
  if (Array.isArray(node)) return node.map(dropSiblings)
  if (node === null || typeof node !== 'object') return node
  if (typeof node.$ref === 'string') return { $ref: node.$ref }
  return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, dropSiblings(value)]))
}

async function validatorOf(file) {
  const { default: Ajv } = await import('ajv/dist/ajv.js')
  const { default: standalone } = await import('ajv/dist/standalone/index.js')
  const { transform } = await import('esbuild')
  const ajv = new Ajv.default({
    allErrors: true,
    messages: false, // src/bundle/messages.ts has the program's own messages
    inlineRefs: false, // one function for each shared object keeps the code small
    unicodeRegExp: false,
    code: { source: true, esm: true, lines: false, optimize: 2 },
  })
  const code = standalone.default(ajv, ajv.compile(onlyKeywords(bundledSchema(file))))
  if (/\brequire\(|\bimport\b/.test(code)) throw new Error(`${file}: the validator needs ajv at run time`)
  const { code: small } = await transform(code, { minify: true, format: 'esm', target: 'node20' })
  return `${banner}${small}`
}

/**
 * Removes titles and descriptions from a schema, because the validator contains a copy of the schema. It also removes
 * `$schema`: the rest means the same in draft-07, for which ajv generates less code (no dynamic anchors, no record of evaluated
 * properties).
 */
function onlyKeywords(node) {
  if (Array.isArray(node)) return node.map(onlyKeywords)
  if (node === null || typeof node !== 'object') return node
  const isText = (key, value) =>
    ['$schema', 'title', 'description'].includes(key) && typeof value === 'string'
  const kept = Object.entries(node).filter(([key, value]) => !isText(key, value))
  return Object.fromEntries(kept.map(([key, value]) => [key, onlyKeywords(value)]))
}

function declarationOf(type, module) {
  return `${banner}import type { ErrorObject } from 'ajv'
import type { ${type} } from './${module}.ts'

interface Validate {
  (value: unknown): value is ${type}
  errors?: ErrorObject[] | null
}
export declare const validate: Validate
export default validate
`
}
