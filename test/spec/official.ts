/**
 * The official schemas and vectors, which lie in ../shared beside the repository. Without them, tests that need them are
 * skipped.
 */
import fs from 'node:fs'
import path from 'node:path'
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv'

const root = path.join(import.meta.dirname, '..', '..', '..', 'shared', 'oci-spec')

/** True when the official schemas are there. */
export const haveOfficial = fs.existsSync(path.join(root, 'config-schema.json'))
if (!haveOfficial)
  console.log('skipped: ../shared/oci-spec is not there, no comparison with the official schemas')

/**
 * Gives the validator of an official schema. The official schemas are draft-04, but use nothing that means something else in
 * draft-07 (no boolean exclusiveMinimum, no `id`), so only the line `$schema` is removed.
 */
export function officialValidator(name: string): ValidateFunction {
  const ajv = new Ajv({ strict: false, allErrors: true, validateSchema: false, addUsedSchema: false })
  for (const file of fs.readdirSync(root).filter(entry => entry.endsWith('.json'))) {
    // ArrayOfUint32 of defs.json has a reference without a slash, which leads nowhere.
    const text = fs
      .readFileSync(path.join(root, file), 'utf8')
      .replaceAll('"#definitions/', '"#/definitions/')
    const { $schema: _, ...schema } = JSON.parse(text)
    ajv.addSchema(schema, file)
  }
  const validate = ajv.getSchema(name)
  if (!validate) throw new Error(`no official schema ${name}`)
  return validate
}

/** Gives the pointer and the keyword of each finding of an official validator. */
export const findings = (validate: ValidateFunction): string[] =>
  (validate.errors ?? []).map((error: ErrorObject) => {
    const missing = error.keyword === 'required' ? `/${error.params.missingProperty}` : ''
    return `${error.instancePath}${missing} ${error.keyword}`
  })

/** Gives the official test vectors of a kind: `config`, `state` or `features`. */
export function vectors(kind: string): { name: string; text: string; good: boolean }[] {
  if (!haveOfficial) return []
  return ['good', 'bad'].flatMap(verdict => {
    const folder = path.join(root, 'test', kind, verdict)
    if (!fs.existsSync(folder)) return []
    return fs.readdirSync(folder).map(name => ({
      name: `${kind}/${verdict}/${name}`,
      text: fs.readFileSync(path.join(folder, name), 'utf8'),
      good: verdict === 'good',
    }))
  })
}

/** Gives every property of an official schema as a path, as `schemaProperties` gives those of spec/. */
export function officialProperties(name: string): string[] {
  type Node = {
    $ref?: string
    properties?: Record<string, Node>
    items?: Node
    additionalProperties?: Node
    allOf?: Node[]
    anyOf?: Node[]
  }
  const read = (file: string): Node => JSON.parse(fs.readFileSync(path.join(root, file), 'utf8'))
  const found = new Set<string>()
  const walk = (node: Node, file: string, at: string): void => {
    if (node.$ref) {
      const [other, pointer = ''] = node.$ref.split('#')
      const where = other || file
      let target = read(where) as Record<string, unknown>
      for (const part of pointer.split('/').filter(Boolean)) target = target[part] as Record<string, unknown>
      walk(target as Node, where, at)
    }
    for (const [key, value] of Object.entries(node.properties ?? {})) {
      const here = at === '' ? key : `${at}.${key}`
      found.add(here)
      walk(value, file, here)
    }
    for (const part of [...(node.allOf ?? []), ...(node.anyOf ?? [])]) walk(part, file, at)
    if (node.items) walk(node.items, file, `${at}[]`)
    if (node.additionalProperties) walk(node.additionalProperties, file, `${at}.*`)
  }
  walk(read(name), name, '')
  return [...found]
}
