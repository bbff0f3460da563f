/** Checks what a jail may have beside its parent and the other jails: limits, permissions, addresses. */

import { ALLOW_FREELY } from '../../rules/jail/catalogue.ts'
import { KernelError } from '../kernel.ts'
import type { Around, SetRequest } from './request.ts'
import type { Jail, Jails, Value } from './table.ts'

/** Checks privileges and limits that depend on the parent; the limits of the host are -1 and 999999. */
export function checkParent(
  { jails }: Around,
  { given, caller }: SetRequest,
  parent: Jail | undefined,
  jail: Jail | undefined,
): void {
  const of = (name: string) => Number(parent?.values.get(name))
  const level = given.get('securelevel')
  if (typeof level === 'number' && level < Number(parent?.values.get('securelevel') ?? -1))
    throw new KernelError('EPERM')
  const max = given.get('children.max')
  if (typeof max === 'number' && max >= (parent === undefined ? 999_999 : of('children.max')))
    throw new KernelError('EPERM')
  const enforce = given.get('enforce_statfs')
  if (typeof enforce === 'number' && parent !== undefined && enforce < of('enforce_statfs'))
    throw new KernelError('EPERM')
  const rules = given.get('devfs_ruleset')
  if (typeof rules === 'number') {
    if (rules < 0 || rules > 65_535) throw new KernelError('EINVAL')
    // A creator inside a jail gives the ruleset of the jail above.
    const above = Number(parent?.values.get('devfs_ruleset') ?? 0)
    if (caller.jid !== 0 && rules > 0 && rules !== above) throw new KernelError('EPERM')
    if (caller.jid !== 0) given.set('devfs_ruleset', above)
  }
  checkAddresses(jails, given, parent, jail)
}

/** Refuses allow.* that the parent lacks. */
export function checkAllow(given: Map<string, Value>, parent: Jail | undefined): void {
  if (parent === undefined) return
  for (const [name, value] of given)
    if (name.startsWith('allow.') && value === true && !ALLOW_FREELY.has(name))
      if (parent.values.get(name) !== true) throw new KernelError('EPERM')
}

/** Refuses addresses that the parent lacks (EPERM) or another jail has (EADDRINUSE). */
function checkAddresses(
  jails: Jails,
  given: Map<string, Value>,
  parent: Jail | undefined,
  jail: Jail | undefined,
): void {
  for (const family of ['ip4', 'ip6']) {
    const list = given.get(`${family}.addr`)
    if (!Array.isArray(list)) continue
    const above = parent?.values.get(`${family}.addr`)
    const restricted = parent?.values.get(family) === 'disable' && parent.vnet !== parent.jid
    if (restricted && !list.every(a => Array.isArray(above) && above.includes(a)))
      throw new KernelError('EPERM')
    for (const other of jails.all()) {
      const theirs = other.values.get(`${family}.addr`)
      // The jail's own children do not count. The parent counts: a child cannot have one of several addresses of it.
      if (other === jail || (jail && jails.isBelow(other.jid, jail.jid)) || !Array.isArray(theirs)) continue
      if (list.length === 1 && theirs.length === 1) continue
      if (other.vnet === (parent?.vnet ?? 0) && theirs.some(a => list.includes(a)))
        throw new KernelError('EADDRINUSE', `${family === 'ip4' ? 'IPv4' : 'IPv6'} addresses clash`)
    }
  }
}
