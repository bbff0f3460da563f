/** Listing all properties of a schema, each with its path (`mounts[].options`, `linux.netDevices.*.name`). */
import { bundledSchema } from './schemas.mjs'

/**
 * Gives the properties of a schema in the order in which they are written, each with its path, its description, a word for its
 * type and its schema. The elements of a list and the values of a map have no entry themselves, but their properties have.
 */
export function schemaProperties(name) {
  const root = bundledSchema(name)
  const found = []
  const follow = node => {
    if (!node.$ref) return node
    const target = root.$defs[node.$ref.split('/').at(-1)]
    return { ...target, ...node }
  }
  const walk = (schema, path) => {
    const node = follow(schema)
    for (const [key, property] of Object.entries(node.properties ?? {})) {
      const at = path === '' ? key : `${path}.${key}`
      const inner = follow(property)
      found.push({
        path: at,
        description: inner.description ?? '',
        type: typeWord(inner, follow),
        schema: inner,
      })
      walk(inner, at)
    }
    if (node.items) walk(node.items, `${path}[]`)
    if (node.additionalProperties) walk(node.additionalProperties, `${path}.*`)
  }
  walk(root, '')
  return found
}

/** Gives the words for a type that the documentation uses: `list of strings`, `new, inherit`, `number`. */
function typeWord(node, follow) {
  if (node.enum) return node.enum.length <= 4 ? node.enum.join(', ') : 'word'
  if (node.type === 'array') {
    const items = follow(node.items)
    const inner = typeWord(items, follow)
    return `list of ${items.enum ? inner.replace(/^word$/, 'words') : `${inner}s`}`
  }
  if (node.type === 'object' && node.additionalProperties) {
    return typeWord(follow(node.additionalProperties), follow) === 'string'
      ? 'map of strings'
      : 'map of objects'
  }
  if (node.type === 'integer') return 'number'
  if (node.type === 'boolean') return 'true or false'
  return node.type
}
