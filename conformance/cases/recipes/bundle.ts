/** The bundles of docs/recipes as cases use them: with the case's root and program, and other paths and addresses. */

import type { Json, JsonObject } from '../../harness/types.ts'

/** What a case changes in the documented bundle. */
export interface Changes {
  /** Pairs of texts: in every string the second one replaces the first one. */
  replace?: readonly (readonly [from: string, to: string])[]
}

/** The value with the replacements made in every string. */
function replaced(value: Json, pairs: readonly (readonly [string, string])[]): Json {
  if (typeof value === 'string') return pairs.reduce((text, [from, to]) => text.replaceAll(from, to), value)
  if (Array.isArray(value)) return value.map(part => replaced(part as Json, pairs))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, replaced(part, pairs)]))
}

/** A recipe's config.json as a patch: everything but the root and the program, which the case gives. */
export function recipe(config: object, program: string, changes: Changes = {}): JsonObject {
  const { root: _root, ...rest } = replaced(config as JsonObject, changes.replace ?? []) as JsonObject
  return {
    ...rest,
    process: { ...(rest.process as JsonObject), args: ['/bin/sh', '-c', program] },
    mounts: { replace: rest.mounts ?? [] },
  }
}

/** Prints which of the named nodes are there. */
export function look(names: string): string {
  return `for n in ${names}; do if test -e /dev/$n; then echo "$n yes"; else echo "$n no"; fi; done`
}
