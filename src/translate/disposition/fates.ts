/** The fates of all properties in a config: those that the translation recorded, else those of the disposition table. */
import { childPath } from '../../bundle/property-path.ts'
import { isBelow } from '../core/context.ts'
import type { Fate } from '../core/plan.ts'
import { disposition } from './disposition.ts'

/**
 * The fates of all properties in the order of the config. A property with a recorded fate, or whose inner properties all
 * share one row, stands for everything inside it, so that a seccomp filter is one line instead of four hundred.
 */
export function allFates(config: unknown, said: ReadonlyMap<string, Fate>): Fate[] {
  const fates: Fate[] = []
  const below = parentsOf(said)
  const refused = [...said.values()].filter(({ fate }) => fate === 'refused')
  const visit = (value: unknown, path: string): void => {
    const own = said.get(path)
    const container = typeof value === 'object' && value !== null
    if (container && below.has(path) && own?.fate !== 'ignored' && own?.fate !== 'refused') {
      if (own) {
        fates.push(own, ...[...said.values()].filter(({ property }) => isBelow(property, path)))
        return
      }
      for (const [key, child] of Object.entries(value))
        visit(child, childPath(path, Array.isArray(value) ? Number(key) : key))
      return
    }
    if (own) {
      fates.push(own, ...refused.filter(({ property }) => isBelow(property, path)))
      return
    }
    const row = path === '' ? undefined : disposition(path)
    // An object or a list whose row says "ignored" is ignored with all its contents.
    const split =
      container && (path === '' || (row !== undefined && row.fate !== 'ignored')) && !isMapOfText(path)
    if (split) {
      const entries = Object.entries(value)
      for (const [key, child] of entries)
        visit(child, childPath(path, Array.isArray(value) ? Number(key) : key))
      return
    }
    fates.push({
      property: path,
      fate: row?.fate ?? 'ignored',
      note: row?.note ?? 'no property of the specification',
    })
  }
  visit(config, '')
  // Errors about missing properties have no place in the config.
  const shown = new Set(fates)
  return [...fates, ...refused.filter(each => !shown.has(each))]
}

function isMapOfText(path: string): boolean {
  return /^process\.(args|env)$|\.additionalGids$|\.options$/.test(path)
}

/** Every path above a property with a recorded fate. */
function parentsOf(said: ReadonlyMap<string, Fate>): Set<string> {
  const parents = new Set<string>([''])
  for (const path of said.keys()) {
    for (let end = path.length; end > 0; ) {
      end = Math.max(path.lastIndexOf('.', end - 1), path.lastIndexOf('[', end - 1))
      if (end > 0) parents.add(path.slice(0, end))
    }
  }
  return parents
}
