/** Changes a jail (JAIL_UPDATE), and the jails below it where a restriction holds for them, too. */
import { sethostname } from '../../libc.ts'
import { KernelError } from '../kernel.ts'
import { within } from '../namespaces.ts'
import { checkKnown, checkModules, SYSV } from './checks.ts'
import { nameOf } from './find.ts'
import { checkAllow, checkParent } from './parent.ts'
import { type Around, cannotChange, restricted, type SetRequest } from './request.ts'
import type { Jail, Jails, Value } from './table.ts'
import { changedMeta, HOST_VALUES, hostValue, store } from './values.ts'

/** Applies all parameters of the request or none. Throws the errors of kern_jail_set. */
export function updateJail(
  around: Around,
  jail: Jail,
  request: SetRequest,
  place: { parent: number; base?: string | undefined },
): void {
  const { jails, klds } = around
  const { given } = request
  const parent = jails.table.get(place.parent)
  const { base } = place
  if (jail.vnet === jail.jid && restricted(given))
    throw new KernelError('EINVAL', 'vnet jails cannot have IP address restrictions')
  for (const family of ['ip4', 'ip6'])
    if (given.has(`${family}.addr`) && jail.values.get(family) !== 'disable') throw cannotChange(family)
  checkParent(around, request, parent, jail)
  const name = base === undefined ? undefined : nameOf(base, jail.jid, parent)
  checkAllow(given, parent)
  checkModules(given, parent)
  checkKnown(given, klds)
  changedMeta(jail.values, given)
  if (name !== undefined) rename(jails, jail, parent, name)
  if (given.has('persist')) jail.persist = given.get('persist') === true
  if (given.get('allow.sysvipc') !== undefined)
    for (const sysv of SYSV)
      jail.values.set(sysv, given.get('allow.sysvipc') === true ? 'inherit' : 'disable')
  store(jail.values, given)
  setHost(around, jail, given)
  passOn(jails, jail, given)
}

/** Sets the host values: host=inherit copies those of the parent; others also hold for jails below that inherit them. */
function setHost(around: Around, jail: Jail, given: Map<string, Value>): void {
  const { kernel, jails } = around
  const named = HOST_VALUES.filter(name => given.has(name))
  if (given.get('host') === 'inherit' && named.length === 0) {
    jail.values.set('host', 'inherit')
    for (const name of HOST_VALUES)
      jail.values.set(name, hostValue(kernel, jails.table.get(jail.parent), name))
  } else if (named.length > 0 || given.get('host') === 'new') jail.values.set('host', 'new')
  const text = String(jail.values.get('host.hostname') ?? '')
  within([jail.spaces.uts], () => sethostname(text.slice(0, 64)))
  for (const child of jails.all().filter(j => j.parent === jail.jid && j.values.get('host') === 'inherit'))
    setHost(around, child, new Map<string, Value>([['host', 'inherit']]))
}

/** Passes restrictions on to the jails below. */
function passOn(jails: Jails, jail: Jail, given: Map<string, Value>): void {
  for (const child of jails.below(jail.jid)) {
    const atLeast = (name: string) => {
      const value = given.get(name)
      if (typeof value === 'number' && Number(child.values.get(name)) < value) child.values.set(name, value)
    }
    atLeast('securelevel')
    atLeast('enforce_statfs')
    const rules = given.get('devfs_ruleset')
    if (rules !== undefined) child.values.set('devfs_ruleset', rules)
    const max = given.get('children.max')
    const depth = jails
      .all()
      .filter(j => jails.isBelow(child.jid, j.jid) && jails.isBelow(j.jid, jail.jid)).length
    if (typeof max === 'number')
      child.values.set(
        'children.max',
        Math.max(0, Math.min(Number(child.values.get('children.max')), max - depth - 1)),
      )
    for (const [name, value] of given)
      if (name.startsWith('allow.') && value === false && child.values.get(name) === true)
        child.values.set(name, false)
  }
}

function rename(jails: Jails, jail: Jail, parent: Jail | undefined, base: string): void {
  const old = jail.name
  jail.name = parent === undefined ? base : `${parent.name}.${base}`
  for (const child of jails.below(jail.jid)) child.name = jail.name + child.name.slice(old.length)
}
