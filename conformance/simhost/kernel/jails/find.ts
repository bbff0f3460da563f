/** Finds the jail that a request means, or the place of a new one (kern_jail_set's search by jid and name). */
import { KernelError } from '../kernel.ts'
import type { Around, SetRequest } from './request.ts'
import type { Jail, Jails } from './table.ts'

/** The jail to change, or the place of a new one. */
export interface Place {
  jail?: Jail | undefined
  /** jid of the parent. */
  parent: number
  /** The last component of the name in the request. */
  base?: string
  /** The jid in the request, 0 when it has none. */
  jid: number
}

const quoted = (name: string) => `jail "${name}"`

/** The jid that a new jail asks for by its name: strtoul(3) of the whole last component. */
function jidOfName(name: string): number {
  const digits = /^\s*([+-]?)([0-9]+)$/.exec(name.slice(name.lastIndexOf('.') + 1))
  return digits === null ? 0 : Number(`${digits[1] === '-' ? '-' : ''}${digits[2]}`)
}

/**
 * Finds the jail to change, or the parent of a new one. When the request has a jid, kern_jail_set compares the parent of
 * the jail with the caller's own jail (`ppr` stays `mypr`), so a name with dots is "cannot change jail's parent".
 */
export function find({ jails }: Around, { caller, mode, given }: SetRequest): Place {
  const name = typeof given.get('name') === 'string' ? String(given.get('name')) : undefined
  let jid = Number(given.get('jid') ?? 0)
  if (mode === 'create' && jid === 0 && name !== undefined) jid = jidOfName(name)
  if (jid < 0) throw new KernelError('EINVAL', 'negative jid')
  let jail: Jail | undefined
  if (jid !== 0) {
    // A caller who cannot see a jail learns all the same that its jid is taken.
    if (mode === 'create' && jails.table.has(jid))
      throw new KernelError('EEXIST', `jail ${jid} already exists`)
    jail = mode === 'update' ? jails.find(caller, jid) : undefined
    if (jail === undefined && mode === 'update') throw new KernelError('ENOENT', `jail ${jid} not found`)
  }
  let parent = caller.jid
  if (name === undefined) {
    if (mode === 'update' && jail === undefined) throw new KernelError('ENOENT', 'update specified no jail')
    return { jail, parent, jid }
  }
  const dot = name.lastIndexOf('.')
  if (dot >= 0) {
    const above = name.slice(0, dot)
    if (jail !== undefined && above !== (jails.table.get(caller.jid)?.name ?? '0'))
      throw new KernelError('EINVAL', "cannot change jail's parent")
    const found = jail === undefined ? jails.find(caller, above) : undefined
    if (jail === undefined && found === undefined)
      throw new KernelError('ENOENT', `${quoted(above)} not found`)
    parent = found?.jid ?? parent
  }
  const base = name.slice(dot + 1)
  if (base !== '') {
    const sibling = jails.all().find(j => j.parent === parent && j !== jail && lastPart(jails, j) === base)
    if (sibling !== undefined && (mode === 'create' || jail !== undefined))
      throw new KernelError('EEXIST', `${quoted(name)} already exists`)
    jail ??= sibling
    if (jail === undefined && mode === 'update') throw new KernelError('ENOENT', `${quoted(name)} not found`)
  }
  return { jail, parent, base, jid }
}

function lastPart(jails: Jails, jail: Jail): string {
  const above = jails.table.get(jail.parent)
  return above === undefined ? jail.name : jail.name.slice(above.name.length + 1)
}

/** The last component of a jail's name: the jid when nothing is given, never another number. */
export function nameOf(base: string | undefined, jid: number, parent: Jail | undefined): string {
  const name = base === undefined || base === '' ? String(jid) : base
  if (name !== String(jid) && /^\s*[+-]?[0-9]+$/.test(name))
    throw new KernelError('EINVAL', 'name cannot be numeric (unless it is the jid)')
  const length = parent === undefined ? 0 : Buffer.byteLength(parent.name) + 1
  if (length + Buffer.byteLength(name) + 1 > 256) throw new KernelError('ENAMETOOLONG')
  return name
}
