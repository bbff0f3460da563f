/** jail_set(2): making and changing jails, with the checks and texts of kern_jail_set (jail.md sections 2 and 3). */
import fs from 'node:fs'
import { sethostname } from '../libc.ts'
import type { Jail, Jails, Value } from './jails.ts'
import { type Caller, type Kernel, KernelError } from './kernel.ts'
import type { Klds } from './klds.ts'
import { makeNamespaces, within } from './namespaces.ts'
import { ALLOW_FREELY, ALLOWED_BY_DEFAULT, findParam, params } from './params.ts'
import { lookup } from './paths.ts'

export interface SetFlags {
  create?: boolean
  update?: boolean
  attach?: boolean
}

const ZERO_UUID = '00000000-0000-0000-0000-000000000000'
const SYSV = ['sysvmsg', 'sysvsem', 'sysvshm']

/** The value of a parameter that nobody has set, undefined when it is computed. */
function initial(name: string, parent: Jail | undefined): Value | undefined {
  switch (name) {
    case 'securelevel':
      return Number(parent?.values.get('securelevel') ?? -1)
    case 'devfs_ruleset':
      return Number(parent?.values.get('devfs_ruleset') ?? 0)
    case 'enforce_statfs':
      return 2
    case 'children.max':
      return 0
    case 'osrelease':
      return String(parent?.values.get('osrelease') ?? '15.1-RELEASE-p1')
    case 'osreldate':
      return Number(parent?.values.get('osreldate') ?? 1501000)
    case 'host.hostuuid':
      return ZERO_UUID
    case 'host.hostid':
      return 0
    case 'linux.osname':
      return 'Linux'
    case 'linux.osrelease':
      return '5.15.0'
    case 'linux.oss_version':
      return 198144
    default:
      return undefined
  }
}

interface Request {
  caller: Caller
  flags: SetFlags
  given: Map<string, Value>
}

/** Checks that come before any jail is looked at. */
function checkEarly({ given, flags, caller }: Request, klds: Klds): void {
  if (caller.uid !== 0) throw new KernelError('EPERM')
  if (!flags.create && !flags.update) throw new KernelError('EINVAL')
  for (const name of given.keys()) {
    const param = findParam(klds, name)
    if (param === undefined || param.type === 'node')
      throw new KernelError('EINVAL', `unknown parameter: ${name}`)
    if (param.readOnly === true) throw new KernelError('EINVAL', `unknown parameter: ${name}`)
  }
  const enforce = given.get('enforce_statfs')
  if (typeof enforce === 'number' && (enforce < 0 || enforce > 2)) throw new KernelError('EINVAL')
  if (Number(given.get('children.max') ?? 0) < 0) throw new KernelError('EINVAL')
  for (const name of ['vnet', 'host', 'linux', 'mac.do'])
    if (given.get(name) === 'disable') throw new KernelError('EINVAL')
  checkStrings(given)
  if (given.get('vnet') === 'new' && (given.has('ip4.addr') || given.has('ip6.addr')))
    throw new KernelError('EINVAL', 'vnet jails cannot have IP address restrictions')
  for (const [name, what] of [
    ['ip4.addr', 'IPv4'],
    ['ip6.addr', 'IPv6'],
  ] as const) {
    const list = given.get(name)
    if (Array.isArray(list) && list.length > 255)
      throw new KernelError('EINVAL', `too many ${what} addresses`)
  }
  const jid = given.get('jid')
  if (typeof jid === 'number' && jid < 0) throw new KernelError('EINVAL', 'negative jid')
}

function checkStrings(given: Map<string, Value>): void {
  const release = given.get('osrelease')
  if (release !== undefined && (String(release).length < 1 || String(release).length > 31))
    throw new KernelError(
      String(release) === '' ? 'EINVAL' : 'ENAMETOOLONG',
      'osrelease string must be 1-31 bytes long',
    )
  if (given.get('osreldate') === 0) throw new KernelError('EINVAL', 'osreldate cannot be 0')
  for (const [name, size] of [
    ['host.hostname', 256],
    ['host.domainname', 256],
    ['host.hostuuid', 64],
  ] as const)
    if (Buffer.byteLength(String(given.get(name) ?? '')) >= size) throw new KernelError('ENAMETOOLONG')
  const linux = given.get('linux.osrelease')
  if (linux !== undefined && !/^[0-9]+\.[0-9]+\.[0-9]+/.test(String(linux)))
    throw new KernelError('EINVAL', 'linux.osrelease format error')
}

export function installJailSet(kernel: Kernel, jails: Jails, klds: Klds): void {
  const quoted = (name: string) => `jail "${name}"`
  let cpusets = 1

  /** Finds the jail to update, by jid or name; undefined when it has to be made. */
  function target({ caller, flags, given }: Request): Jail | undefined {
    const jid = given.get('jid')
    const name = given.get('name')
    if (typeof jid === 'number' && jid !== 0) {
      const jail = jails.find(caller, jid)
      if (jail !== undefined && !flags.update) throw new KernelError('EEXIST', `jail ${jid} already exists`)
      if (jail === undefined && jails.table.has(jid)) throw new KernelError('EPERM')
      if (jail === undefined && !flags.create) throw new KernelError('ENOENT', `jail ${jid} not found`)
      return jail
    }
    if (typeof name !== 'string' || name === '') {
      if (!flags.create) throw new KernelError('ENOENT', 'update specified no jail')
      return undefined
    }
    const jail = jails.find(caller, name)
    if (jail !== undefined && !flags.update) throw new KernelError('EEXIST', `${quoted(name)} already exists`)
    if (jail === undefined && !flags.create) throw new KernelError('ENOENT', `${quoted(name)} not found`)
    return jail
  }

  /** Parent and last component of a new jail's name. */
  function place({ caller, given }: Request): {
    parent: number
    base: string | undefined
    jid: number | undefined
  } {
    let name = given.get('name')
    let jid = given.get('jid')
    if (jid === 0) jid = undefined
    if (typeof name !== 'string' || name === '')
      return { parent: caller.jid, base: undefined, jid: jid as number }
    const dot = name.lastIndexOf('.')
    let parent = caller.jid
    if (dot >= 0) {
      const above = name.slice(0, dot)
      const found = jails.find(caller, above)
      if (found === undefined) throw new KernelError('ENOENT', `${quoted(above)} not found`)
      parent = found.jid
      name = name.slice(dot + 1)
    }
    if (/^[0-9]+$/.test(name)) {
      if (jid === undefined && String(Number(name)) === name && !jails.table.has(Number(name)))
        jid = Number(name)
      if (String(jid) !== name)
        throw new KernelError('EINVAL', 'name cannot be numeric (unless it is the jid)')
    }
    return { parent, base: name === '' ? undefined : name, jid: jid as number | undefined }
  }

  /** Privileges and limits that depend on the parent. */
  function checkParent(given: Map<string, Value>, parent: Jail | undefined, jail: Jail | undefined): void {
    const of = (name: string) => Number(parent?.values.get(name))
    const level = given.get('securelevel')
    if (typeof level === 'number' && level < Number(parent?.values.get('securelevel') ?? -1))
      throw new KernelError('EPERM')
    const max = given.get('children.max')
    if (typeof max === 'number' && parent !== undefined && max >= of('children.max'))
      throw new KernelError('EPERM')
    const enforce = given.get('enforce_statfs')
    if (typeof enforce === 'number' && parent !== undefined && enforce < of('enforce_statfs'))
      throw new KernelError('EPERM')
    const rules = given.get('devfs_ruleset')
    if (typeof rules === 'number') {
      if (rules < 0 || rules > 65_535) throw new KernelError('EINVAL')
      if (parent !== undefined && rules !== of('devfs_ruleset')) throw new KernelError('EPERM')
    }
    for (const [name, value] of given) {
      if (parent === undefined) break
      if (
        name.startsWith('allow.') &&
        value === true &&
        !ALLOW_FREELY.has(name) &&
        parent.values.get(name) !== true
      )
        throw new KernelError('EPERM')
      if (SYSV.includes(name) && value !== 'disable' && (parent.values.get(name) ?? 'disable') === 'disable')
        throw new KernelError('EPERM')
    }
    checkAddresses(given, parent, jail)
  }

  function checkAddresses(given: Map<string, Value>, parent: Jail | undefined, jail: Jail | undefined): void {
    for (const family of ['ip4', 'ip6']) {
      const list = given.get(`${family}.addr`)
      if (!Array.isArray(list)) continue
      const above = parent?.values.get(`${family}.addr`)
      const restricted = parent?.values.get(family) === 'disable' && parent.vnet !== parent.jid
      if (restricted && !list.every(a => Array.isArray(above) && above.includes(a)))
        throw new KernelError('EPERM')
      for (const other of jails.all()) {
        const theirs = other.values.get(`${family}.addr`)
        if (other === jail || other === parent || !Array.isArray(theirs)) continue
        if (list.length === 1 && theirs.length === 1) continue
        if (other.vnet === (parent?.vnet ?? 0) && theirs.some(a => list.includes(a)))
          throw new KernelError('EADDRINUSE', `${family === 'ip4' ? 'IPv4' : 'IPv6'} addresses clash`)
      }
    }
  }

  /** jailsys of ip4/ip6 as jail_get shows it: `disable` for every jail whose addresses are restricted. */
  function addressMode(request: Request, family: string, vnet: boolean): Value {
    const asked = request.given.get(family)
    if (vnet || (asked === 'inherit' && !request.given.has(`${family}.addr`))) return 'inherit'
    return 'disable'
  }

  function create(request: Request): Jail {
    const { caller, given, flags } = request
    const mine = jails.table.get(caller.jid)
    if (mine !== undefined) {
      const max = Number(mine.values.get('children.max') ?? 0)
      if (max <= 0) throw new KernelError('EPERM')
      if (jails.below(mine.jid).length >= max) throw new KernelError('EPERM', 'prison limit exceeded')
    }
    if (given.get('persist') !== true && !flags.attach)
      throw new KernelError('EINVAL', 'new jail must persist or attach')
    const where = place(request)
    const parent = jails.table.get(where.parent)
    const path = String(given.get('path') ?? '/')
    const found = lookup(caller, path)
    try {
      if (found.kind !== 'dir') throw new KernelError('ENOTDIR')
      if (where.jid !== undefined && (where.jid > 999_999 || jails.table.has(where.jid)))
        throw new KernelError('EEXIST', `jail ${where.jid} already exists`)
      const jid = where.jid ?? jails.allocate()
      checkParent(given, parent, undefined)
      const jail = build(request, jid, where.base ?? String(jid), parent, found.path)
      jail.rootFd = fs.openSync(`/proc/self/fd/${found.fd}`, 0o10000000 | 0o2000000)
      jail.path = path.startsWith('/') ? path : found.path
      jails.add(jail)
      return jail
    } finally {
      fs.closeSync(found.fd)
    }
  }

  function build(request: Request, jid: number, base: string, parent: Jail | undefined, root: string): Jail {
    const { given } = request
    const vnet = given.get('vnet') === 'new'
    const values = new Map<string, Value>()
    for (const { name } of params(klds)) {
      const value = initial(name, parent)
      if (value !== undefined) values.set(name, value)
      if (name.startsWith('allow.') && ALLOWED_BY_DEFAULT.has(name))
        values.set(name, parent?.values.get(name) ?? true)
    }
    for (const family of ['ip4', 'ip6']) values.set(family, addressMode(request, family, vnet))
    values.set('host', given.get('host') === 'inherit' && !given.has('host.hostname') ? 'inherit' : 'new')
    if (values.get('host') === 'inherit')
      values.set('host.hostname', String(parent?.values.get('host.hostname') ?? kernel.options.hostname))
    else values.set('host.hostname', '')
    for (const name of SYSV) values.set(name, given.get('allow.sysvipc') === true ? 'inherit' : 'disable')
    values.set('cpuset.id', ++cpusets)
    store(values, given)
    const inherit = SYSV.some(name => values.get(name) === 'inherit')
    const above = jails.spacesOf(parent?.jid ?? 0)
    return {
      jid,
      name: parent === undefined ? base : `${parent.name}.${base}`,
      parent: parent?.jid ?? 0,
      root,
      rootFd: -1,
      path: root,
      persist: given.get('persist') === true,
      vnet: vnet ? jid : (parent?.vnet ?? 0),
      values,
      attaching: new Map(),
      spaces: makeNamespaces(jid, [above.net, above.ipc, above.uts], {
        ipc: !inherit,
        net: vnet,
        hostname: String(
          values.get('host.hostname') || values.get('host.hostname') === ''
            ? values.get('host.hostname')
            : base,
        ),
      }),
    }
  }

  /** Keeps what has no field of its own. */
  function store(values: Map<string, Value>, given: Map<string, Value>): void {
    for (const [name, value] of given) {
      if (['jid', 'name', 'path', 'persist', 'vnet', 'ip4', 'ip6', 'host'].includes(name)) continue
      if (/^(meta|env)\./.test(name) && value === '') values.delete(name)
      else values.set(name, value)
    }
  }

  function update(jail: Jail, request: Request): void {
    const { given, caller } = request
    const parent = jails.table.get(jail.parent)
    const changed = (name: string, now: Value | undefined) => given.has(name) && given.get(name) !== now
    const refuse = (name: string) => {
      throw new KernelError('EINVAL', `${name} cannot be changed after creation`)
    }
    if (given.has('path') && lookedUp(caller, String(given.get('path'))) !== jail.root) refuse('path')
    if (changed('vnet', jail.vnet === jail.jid ? 'new' : 'inherit')) refuse('vnet')
    for (const name of ['ip4', 'ip6', 'osrelease', 'osreldate'])
      if (
        changed(name, jail.values.get(name)) &&
        !(given.get(name) === 'new' && jail.values.get(name) === 'disable')
      )
        refuse(name)
    if (given.has('ip4.addr') || given.has('ip6.addr')) {
      if (jail.vnet === jail.jid)
        throw new KernelError('EINVAL', 'vnet jails cannot have IP address restrictions')
    }
    checkParent(given, parent, jail)
    rename(jail, request)
    if (given.has('persist')) jail.persist = given.get('persist') === true
    if (given.get('allow.sysvipc') !== undefined)
      for (const name of SYSV)
        jail.values.set(name, given.get('allow.sysvipc') === true ? 'inherit' : 'disable')
    store(jail.values, given)
    const hostname = given.get('host.hostname')
    if (typeof hostname === 'string') within([jail.spaces.uts], () => sethostname(hostname.slice(0, 64)))
  }

  function lookedUp(caller: Caller, path: string): string {
    const found = lookup(caller, path)
    fs.closeSync(found.fd)
    return found.path
  }

  function rename(jail: Jail, { caller, given }: Request): void {
    const name = given.get('name')
    if (typeof name !== 'string' || !given.has('jid') || name === jails.nameFor(caller, jail)) return
    const dot = name.lastIndexOf('.')
    const parentName = jails.table.get(jail.parent)
    const above = dot < 0 ? caller.jid : jails.find(caller, name.slice(0, dot))?.jid
    if (above !== (parentName?.jid ?? 0)) throw new KernelError('EINVAL', "cannot change jail's parent")
    const base = name.slice(dot + 1)
    if (/^[0-9]+$/.test(base) && base !== String(jail.jid))
      throw new KernelError('EINVAL', 'name cannot be numeric (unless it is the jid)')
    if (jails.find(caller, name) !== undefined)
      throw new KernelError('EEXIST', `${quoted(name)} already exists`)
    const old = jail.name
    jail.name = parentName === undefined ? base : `${parentName.name}.${base}`
    for (const child of jails.below(jail.jid)) child.name = jail.name + child.name.slice(old.length)
  }

  kernel.register('jailSet', (caller, flags, given) => {
    const request: Request = {
      caller,
      flags: (flags ?? {}) as SetFlags,
      given: new Map(Object.entries((given ?? {}) as Record<string, Value>)),
    }
    checkEarly(request, klds)
    const existing = target(request)
    if (existing !== undefined) {
      update(existing, request)
      return existing.jid
    }
    const jail = create(request)
    kernel.emit('jailCreated', jail.jid)
    return jail.jid
  })
}
