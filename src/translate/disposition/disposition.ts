/**
 * The disposition table: the fate of every property of the schemas and of every annotation. `plan` prints the rows of the
 * properties in a config, docs/config.md is made from the table, and a test checks that every schema property has a row.
 */
import { annotationRows } from './annotations.ts'
import { commonRows } from './common.ts'
import { freebsdRows } from './freebsd.ts'
import { linuxRows } from './linux.ts'
import type { Disposition, Rows } from './row.ts'

export { annotationRows } from './annotations.ts'
export type { Disposition } from './row.ts'

/** All rows of properties by pattern; `[]` stands for any element of a list, `*` for any name of a map. */
export const propertyRows: Rows = { ...commonRows, ...freebsdRows, ...linuxRows }

/** The table as a tree of path segments; the first question makes it. */
interface Node {
  row?: Disposition
  children: Map<string, Node>
}
let tree: Node | undefined

/** The segments of a path: `mounts`, `[]`, `options` for `mounts[2].options`; quoted names are unquoted. */
function segments(path: string): string[] {
  const found: string[] = []
  for (const [, index, quoted, name] of path.matchAll(/\[(\d*)\]|\[("(?:[^"\\]|\\.)*")\]|([^.[\]]+)/g)) {
    if (index !== undefined) found.push('[]')
    else found.push(quoted === undefined ? (name as string) : (JSON.parse(quoted) as string))
  }
  return found
}

function table(): Node {
  if (tree) return tree
  tree = { children: new Map() }
  for (const [pattern, row] of Object.entries(propertyRows)) {
    let node = tree
    for (const segment of segments(pattern)) {
      let next = node.children.get(segment)
      if (!next) {
        next = { children: new Map() }
        node.children.set(segment, next)
      }
      node = next
    }
    node.row = row
  }
  return tree
}

/**
 * The row of a property by its path in a config: `mounts[2].options[1]`, `linux.sysctl["net.ipv4.ip_forward"]`,
 * `annotations["org.freebsd.jail.vnet"]`. An element of a list or a name of a map without a row has the row of the property
 * that holds it. undefined for a property that no schema has.
 */
export function disposition(path: string): Disposition | undefined {
  const [first, second, ...rest] = segments(path)
  if (first === 'annotations' && second !== undefined) {
    return rest.length === 0 ? annotationDisposition(second) : undefined
  }
  let node = table()
  let row: Disposition | undefined
  for (const segment of segments(path)) {
    // Everything inside a property without inner rows shares the fate of that property.
    if (node !== tree && node.children.size === 0) break
    const next = node.children.get(segment) ?? (segment === '[]' ? undefined : node.children.get('*'))
    if (!next) return undefined
    node = next
    row = node.row ?? row
  }
  return row
}

/** The row of an annotation by its name; every name has one. */
export function annotationDisposition(name: string): Disposition {
  for (const [pattern, row] of annotationRows) if (matches(pattern, name)) return row
  throw new Error('the last row of the annotations fits every name')
}

const patterns = new Map<string, RegExp>()

/** True when a name matches a pattern: `<word>` stands for one word without dots, a final `*` for any non-empty rest. */
function matches(pattern: string, name: string): boolean {
  if (!/[<*]/.test(pattern)) return pattern === name
  let expression = patterns.get(pattern)
  if (!expression) {
    const source = pattern
      .replaceAll('.', '\\.')
      .replaceAll(/<\w+>/g, '[^.]+')
      .replace(/\*$/, pattern === '*' ? '.*' : '.+')
    expression = new RegExp(`^${source}$`, 's')
    patterns.set(pattern, expression)
  }
  return expression.test(name)
}
