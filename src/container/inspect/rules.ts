/** Compares the rules of the container's devfs ruleset with those of the plan. */
import type { Item } from './item.ts'

/** Functions that return the number of a user or group of the host. */
export interface Ids {
  readonly user: (name: string) => string
  readonly group: (name: string) => string
}

/**
 * Compares two lists of rules in order. devfs(8) prints a rule in its own form (rulespec_outfp in sbin/devfs/rule.c):
 * modes as octal digits without leading zeros, hide before unhide, users and groups by name where they have one.
 */
export function compareRules(planned: readonly string[], found: readonly string[], ids: Ids): Item[] {
  const same = (a: string, b: string) => canonical(a, ids) === canonical(b, ids)
  const items: Item[] = []
  let next = 0
  for (const rule of planned) {
    let at = next
    while (at < found.length && !same(rule, found[at]!)) at += 1
    if (at === found.length) {
      items.push({ name: rule, mark: 'drift', planned: rule, note: 'not there' })
      continue
    }
    for (const other of found.slice(next, at)) items.push(unplanned(other))
    items.push({ name: rule, mark: 'ok', planned: rule, found: found[at]! })
    next = at + 1
  }
  return [...items, ...found.slice(next).map(unplanned)]
}

function unplanned(rule: string): Item {
  return { name: rule, mark: 'drift', found: rule, note: 'not planned' }
}

/** Returns the same text for every way to write a rule. */
function canonical(rule: string, { user, group }: Ids): string {
  const words = rule.split(/\s+/).filter(word => word !== '')
  const types: string[] = []
  const said = new Map<string, string>()
  while (words.length > 0) {
    const word = words.shift()!
    if (word === 'hide' || word === 'unhide') {
      said.set(word, '')
      continue
    }
    const value = words.shift() ?? ''
    if (word === 'type') types.push(value)
    else if (word === 'mode') said.set(word, octal(value))
    else if (word === 'user') said.set(word, user(value))
    else if (word === 'group') said.set(word, group(value))
    else if (word === 'path') said.set(word, value.replace(/^\/dev\//, ''))
    else said.set(word, value)
  }
  return JSON.stringify([types.sort(), [...said].sort(([a], [b]) => (a < b ? -1 : 1))])
}

/** Applies symbolic modes of chmod(1) to mode 0, as devfs(8) does. Returns octal digits without leading zeros. */
function octal(mode: string): string {
  if (/^[0-7]+$/.test(mode)) return Number.parseInt(mode, 8).toString(8)
  const shift = { u: 6, g: 3, o: 0 }
  const bits = { r: 4, w: 2, x: 1 } as Readonly<Record<string, number>>
  let value = 0
  for (const clause of mode.split(',')) {
    const [, who = '', sign = '=', rights = ''] = /^([ugoa]*)([-+=])([rwxXst]*)$/.exec(clause) ?? []
    let given = 0
    for (const right of rights) given |= bits[right] ?? 0
    for (const each of who === '' || who.includes('a') ? 'ugo' : who) {
      const by = shift[each as 'u' | 'g' | 'o']
      if (sign === '=') value &= ~(7 << by)
      value = sign === '-' ? value & ~(given << by) : value | (given << by)
    }
  }
  return value.toString(8)
}

/**
 * Returns a function that maps a name to its number in a text of the form of passwd(5) or group(5). A name that is not
 * there is returned as it is.
 */
export function idByName(text: string): (name: string) => string {
  return name => {
    for (const line of text.split('\n')) {
      const [first, , number] = line.split(':')
      if (first === name && number !== undefined && /^[0-9]+$/.test(number)) return number
    }
    return name
  }
}
