/**
 * `npm run generate`: types and validators from the schemas of spec/, written to src/bundle/generated/ (not in git).
 * Does nothing when the output is younger than what it is made from. `--force` makes it anew.
 */
import crypto from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundledSchema, schemaFiles, specDirectory } from './schemas.mjs'

const here = path.dirname(fileURLToPath(import.meta.url))
const output = path.join(here, '..', 'src', 'bundle', 'generated')

/** Types of a schema and of everything below it, by module. */
const types = { config: 'config.schema.json', state: 'state.schema.json', features: 'features.schema.json' }

/**
 * Validators by module. `exec --process` and `update --resources` have modules of their own, so that a health check
 * does not load the code for a whole config.
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

/** What the output depends on: the schemas, the generator, the libraries that generate. */
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

/** By rename: another process may be reading (tests and builds run side by side). */
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

/** A description beside a reference would make a second, numbered copy of the type. */
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
    messages: false, // src/bundle/messages.ts has our own
    inlineRefs: false, // one function a shared object keeps the code small
    unicodeRegExp: false,
    code: { source: true, esm: true, lines: false, optimize: 2 },
  })
  const code = standalone.default(ajv, ajv.compile(onlyKeywords(bundledSchema(file))))
  if (/\brequire\(|\bimport\b/.test(code)) throw new Error(`${file}: the validator needs ajv at run time`)
  const { code: small } = await transform(code, { minify: true, format: 'esm', target: 'node20' })
  return `${banner}${small}`
}

/**
 * Without titles and descriptions, because the code holds a copy of the schema; and without `$schema`: what is left
 * means the same in draft-07, for which ajv writes less code (no dynamic anchors, no record of what was evaluated).
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
