/** Property paths in the form that people read: `mounts[3].destination`, `annotations["org.freebsd.jail.vnet"]`. */

const PLAIN = /^[A-Za-z_][A-Za-z0-9_]*$/

/**
 * Returns the path of a property of `parent`: `mounts` and 3 give `mounts[3]`, `process` and `cwd` give `process.cwd`,
 * and a name with other characters than those of an identifier is quoted. An empty parent stands for the document
 * itself.
 */
export function childPath(parent: string, key: string | number): string {
  if (typeof key === 'number') return `${parent}[${key}]`
  // Names of annotations are always quoted: most of them contain dots, and all of them should look alike.
  if (!PLAIN.test(key) || parent === 'annotations') return `${parent}[${JSON.stringify(key)}]`
  return parent === '' ? key : `${parent}.${key}`
}

/** Returns the keys of a JSON pointer (RFC 6901), the form that ajv uses for `instancePath`. */
export function pointerKeys(pointer: string): string[] {
  if (pointer === '') return []
  return pointer
    .slice(1)
    .split('/')
    .map(part => part.replaceAll('~1', '/').replaceAll('~0', '~'))
}

/**
 * The target of a pointer in a document: the value, the object that holds it, its key in that object, and its path for
 * people.
 */
export interface Place {
  value: unknown
  holder: unknown
  key: string | undefined
  path: string
}

/** Follows a JSON pointer. `prefix` stands before the path; it is `process` for the file of `exec --process`. */
export function place(pointer: string, document: unknown, prefix = ''): Place {
  let value = document
  let holder: unknown
  let key: string | undefined
  let path = prefix
  for (const part of pointerKeys(pointer)) {
    holder = value
    key = part
    path = childPath(path, Array.isArray(value) ? Number(part) : part)
    value = value !== null && typeof value === 'object' ? (value as Record<string, unknown>)[part] : undefined
  }
  return { value, holder, key, path }
}
