/**
 * Loading the schemas of spec/, and making one self-contained schema of a schema and all that it refers to. The generators and
 * the tests use this; the program itself does not.
 */
import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder of the schemas. */
export const specDirectory = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', 'spec')

/** Gives the names of the schema files in alphabetical order. */
export const schemaFiles = () =>
  fs
    .readdirSync(specDirectory)
    .filter(name => name.endsWith('.schema.json'))
    .sort()

/** Gives one schema as it is written in its file, with its references. */
export const loadSchema = name => JSON.parse(fs.readFileSync(path.join(specDirectory, name), 'utf8'))

/**
 * Gives a schema without references to other files. A definition with a title becomes `#/$defs/<title>`. A definition without a
 * title, such as a range of numbers, an enumeration or a list of strings, replaces the reference; the description beside the
 * reference stays.
 */
export function bundledSchema(name) {
  const documents = new Map()
  const definitions = {}
  const load = file => {
    if (!documents.has(file)) documents.set(file, loadSchema(file))
    return documents.get(file)
  }
  const resolve = (reference, from) => {
    const [file, pointer = ''] = reference.split('#')
    const where = file === '' ? from : file
    let target = load(where)
    for (const part of pointer.split('/').filter(Boolean)) target = target[part]
    if (target === undefined) throw new Error(`${from}: nothing at ${reference}`)
    return { target, where }
  }
  const convert = (node, from) => {
    if (Array.isArray(node)) return node.map(item => convert(item, from))
    if (node === null || typeof node !== 'object') return node
    if (typeof node.$ref === 'string') {
      const { $ref, ...siblings } = node
      const { target, where } = resolve($ref, from)
      if (target.title === undefined) return { ...convert(target, where), ...siblings }
      if (!Object.hasOwn(definitions, target.title)) {
        definitions[target.title] = {} // reserves the title, because the definition may refer to itself
        definitions[target.title] = strip(convert(target, where))
      }
      return { $ref: `#/$defs/${target.title}`, ...siblings }
    }
    const result = {}
    for (const [key, value] of Object.entries(node)) if (key !== '$defs') result[key] = convert(value, from)
    return result
  }
  const { $schema, ...root } = convert(load(name), name)
  return { $schema, ...root, $defs: definitions }
}

function strip({ $schema: _schema, $id: _id, $comment: _comment, ...rest }) {
  return rest
}
