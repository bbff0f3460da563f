/**
 * Property paths as people read them: `mounts[3].destination`, `annotations["org.freebsd.jail.vnet"]`.
 */

const PLAIN = /^[A-Za-z_][A-Za-z0-9_]*$/

/**
 * The path of a property of `parent`: `mounts` + 3 gives `mounts[3]`, `process` + `cwd` gives `process.cwd`, and a
 * name that is no plain word is quoted. An empty parent is the document itself.
 */
export function childPath(parent: string, key: string | number): string {
  if (typeof key === 'number') return `${parent}[${key}]`
  // Names of annotations are always quoted: most have dots, and all of them are to look alike.
  if (!PLAIN.test(key) || parent === 'annotations') return `${parent}[${JSON.stringify(key)}]`
  return parent === '' ? key : `${parent}.${key}`
}

/** The keys of a JSON pointer (RFC 6901), as ajv gives it in `instancePath`. */
export function pointerKeys(pointer: string): string[] {
  if (pointer === '') return []
  return pointer
    .slice(1)
    .split('/')
    .map(part => part.replaceAll('~1', '/').replaceAll('~0', '~'))
}

/** Where a pointer leads in a document: the value, the object that holds it, its key there, and the path for people. */
export interface Place {
  value: unknown
  holder: unknown
  key: string | undefined
  path: string
}

/** Follows a JSON pointer; `prefix` stands before the path (`process` for the file of `exec --process`). */
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
