/** The list of parameters of jail(8) (config.c): how to add one, which names are the same, its booleans and numbers. */
import type { ConfJail } from './conf-jail.ts'

/** Parameters whose value is a comma list in the arguments form. */
const LISTS = new Set(['ip4.addr', 'ip6.addr', 'vnet.interface', 'zfs.dataset'])
/** jail(8)'s own booleans and numbers, which it checks before it does anything. */
const BOOLEANS = ['allow.dying', 'exec.clean', 'exec.system_jail_user', 'ip_hostname'].concat([
  'mount.devfs',
  'mount.fdescfs',
  'mount.procfs',
])
const NUMBERS = ['exec.fib', 'exec.timeout', 'stop.timeout']

/** equalopts: whether two names mean one parameter; `no` may stand before any component of the name. */
export function sameParameter(one: string, other: string): boolean {
  const same = (a: string, b: string) => a === b || `no${a}` === b || a === `no${b}`
  let [a, b] = [one, other]
  for (;;) {
    if (same(a, b)) return true
    const dot = a.indexOf('.') + 1
    if (dot === 0 || a.slice(0, dot) !== b.slice(0, dot)) return false
    a = a.slice(dot)
    b = b.slice(dot)
  }
}

/** The name under which a jail has a parameter, in its positive or its `no` form. */
function nameOf(jail: ConfJail, name: string): string | undefined {
  if (jail.params.has(name)) return name
  return [...jail.params.keys()].find(there => sameParameter(there, name))
}

/**
 * add_param: appends values or replaces them; a parameter without a value always replaces. A second `jid` or `name` is a
 * complaint, and nothing is done with the jail.
 */
export function addParameter(jail: ConfJail, name: string, values: readonly string[], append: boolean): void {
  const there = nameOf(jail, name)
  if (there === undefined) {
    jail.params.set(name, [...values])
    return
  }
  if (there === 'jid' || there === 'name') {
    jail.complaints.push(`cannot redefine parameter "${there}".`)
    return
  }
  const kept = append && values.length > 0 ? (jail.params.get(there) ?? []) : []
  // The parameter keeps its place in the order, and gets the name that was given last.
  jail.params = new Map(
    [...jail.params].map(([key, list]) => (key === there ? [name, [...kept, ...values]] : [key, list])),
  )
}

/** Adds the words `param=value ...`; `command=` takes all words that follow. */
export function addArguments(jail: ConfJail, args: readonly string[]): void {
  for (const [i, word] of args.entries()) {
    const equal = word.indexOf('=')
    const name = equal < 0 ? word : word.slice(0, equal)
    const value = word.slice(equal + 1)
    if (name === 'command') {
      addParameter(jail, name, [...(equal < 0 ? [] : [value]), ...args.slice(i + 1)], true)
      return
    }
    addParameter(jail, name, equal < 0 ? [] : LISTS.has(name) ? value.split(',') : [value], true)
  }
}

/** check_intparams: what is wrong with the values of jail(8)'s own booleans and numbers. */
export function checkInternals(jail: ConfJail): string[] {
  const wrong: string[] = []
  for (const [name, values] of jail.params) {
    const value = values.at(-1)
    if (value === undefined) continue
    const number = /^\s*[+-]?[0-9]+$/.test(value)
    if (BOOLEANS.some(known => sameParameter(name, known))) {
      if (!number && value !== '' && !/^(true|false)$/i.test(value))
        wrong.push(`${name}: unknown boolean value "${value}"`)
    } else if (NUMBERS.some(known => sameParameter(name, known)) && !number)
      wrong.push(`${name}: non-integer value "${value}"`)
  }
  return wrong
}

/** bool_param: whether the jail has the parameter and it is true. */
export function isTrue(jail: ConfJail, wanted: string): boolean {
  const name = nameOf(jail, wanted)
  if (name === undefined) return false
  const value = jail.params.get(name)?.at(-1)
  const on = value === undefined || /^true$/i.test(value) || Number.parseInt(value, 10) > 0
  return on !== name.slice(name.lastIndexOf('.') + 1).startsWith('no')
}

/** wild_jail_name: whether a whole component of the name is `*`. */
export function isWild(name: string): boolean {
  return name.split('.').includes('*')
}

/** wild_jail_match: `*` matches one component, and at the end of the pattern one or more. */
export function wildMatch(name: string, pattern: string): boolean {
  const parts = name.split('.')
  const wanted = pattern.split('.')
  const both = Math.min(parts.length, wanted.length) - 1
  for (let i = 0; i < both; i++) if (parts[i] !== wanted[i] && wanted[i] !== '*') return false
  const rest = wanted.slice(both).join('.')
  return rest === '*' || parts.slice(both).join('.') === rest
}
