/** jail_set(2): making and changing jails, with the checks and texts of kern_jail_set (jail.md sections 2 and 3). */
import fs from 'node:fs'
import { sethostname } from '../../libc.ts'
import { parseInet, parseInet6 } from '../../rules/net/address.ts'
import { type Caller, type Kernel, KernelError } from '../kernel.ts'
import type { Klds } from '../klds.ts'
import { makeNamespaces, within } from '../namespaces.ts'
import { type Found, lookup } from '../paths.ts'
import { changeMeta, metaName } from './meta.ts'
import { ALLOW_FREELY, ALLOWED_BY_DEFAULT, findParam, negated, params } from './params.ts'
import type { Jail, Jails, Value } from './table.ts'

export interface SetFlags {
  create?: boolean
  update?: boolean
  attach?: boolean
}

const ZERO_UUID = '00000000-0000-0000-0000-000000000000'
const JAILSYS: ReadonlySet<Value> = new Set(['disable', 'new', 'inherit'])
const HOST = ['host.hostname', 'host.domainname', 'host.hostuuid', 'host.hostid']
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

/** What is refused before any jail is looked for, in the order of kern_jail_set. */
function checkEarly(request: Request): void {
  const { given, flags } = request
  const text = (name: string, size: number) => {
    if (Buffer.byteLength(String(given.get(name) ?? '')) >= size) throw new KernelError('ENAMETOOLONG')
  }
  const enforce = given.get('enforce_statfs')
  if (typeof enforce === 'number' && (enforce < 0 || enforce > 2)) throw new KernelError('EINVAL')
  for (const name of ['host', 'vnet', 'ip4', 'ip6']) {
    const value = given.get(name)
    if (value === undefined || value === 'new' || value === 'inherit') continue
    if (value !== 'disable' || name === 'host' || name === 'vnet') throw new KernelError('EINVAL')
  }
  if (flags.create && !flags.update && !flags.attach && given.get('persist') !== true)
    throw new KernelError('EINVAL', 'new jail must persist or attach')
  if (flags.update) for (const name of ['vnet', 'ip4', 'ip6']) if (given.has(name)) throw cannotChange(name)
  text('name', 256)
  text('host.hostname', 256)
  text('host.domainname', 256)
  text('host.hostuuid', 64)
  for (const family of ['ip4', 'ip6'] as const) checkAddressList(given, family)
  if (given.has('vnet') && restricted(given))
    throw new KernelError('EINVAL', 'vnet jails cannot have IP address restrictions')
  const release = given.get('osrelease')
  if (release !== undefined) {
    if (flags.update) throw cannotChange('osrelease')
    // The length that is compared includes the NUL.
    const length = Buffer.byteLength(String(release))
    if (length < 1 || length + 1 >= 32)
      throw new KernelError(
        length === 0 ? 'EINVAL' : 'ENAMETOOLONG',
        'osrelease string must be 1-31 bytes long',
      )
  }
  if (given.has('osreldate')) {
    if (flags.update) throw cannotChange('osreldate')
    if (given.get('osreldate') === 0) throw new KernelError('EINVAL', 'osreldate cannot be 0')
  }
  if (given.has('path') && flags.update) throw cannotChange('path')
}

function cannotChange(name: string): KernelError {
  return new KernelError('EINVAL', `${name} cannot be changed after creation`)
}

/** Does the request say anything about the addresses a jail may use (PR_IP4_USER, PR_IP6_USER)? */
function restricted(given: Map<string, Value>): boolean {
  return ['ip4', 'ip6', 'ip4.addr', 'ip6.addr'].some(name => given.has(name))
}

/** An address list: not too long, nothing unspecified or broadcast, nothing twice; all but the first are sorted. */
function checkAddressList(given: Map<string, Value>, family: 'ip4' | 'ip6'): void {
  const list = given.get(`${family}.addr`)
  if (!Array.isArray(list) || list.length === 0) return
  if (list.length > 255)
    throw new KernelError('EINVAL', `too many ${family === 'ip4' ? 'IPv4' : 'IPv6'} addresses`)
  if (
    list.some(a => a === '0.0.0.0' || a === '255.255.255.255' || a === '::') ||
    new Set(list).size < list.length
  )
    throw new KernelError('EINVAL')
  const [first, ...others] = list
  const key = (address: string) =>
    family === 'ip4'
      ? (parseInet(address) ?? 0).toString(16).padStart(8, '0')
      : (parseInet6(address) ?? []).map(group => group.toString(16).padStart(4, '0')).join('')
  others.sort((one, two) => (key(one) < key(two) ? -1 : 1))
  given.set(`${family}.addr`, [first ?? '', ...others])
}

/** What the modules refuse (PR_METHOD_CHECK). */
function checkModules(given: Map<string, Value>, parent: Jail | undefined): void {
  for (const name of SYSV) {
    const value = given.get(name)
    if (value === undefined) continue
    if (!JAILSYS.has(value)) throw new KernelError('EINVAL')
    if (value !== 'disable' && parent !== undefined && (parent.values.get(name) ?? 'disable') === 'disable')
      throw new KernelError('EPERM')
  }
  for (const name of ['linux', 'mac.do']) {
    const value = given.get(name)
    if (value !== undefined && value !== 'new' && value !== 'inherit') throw new KernelError('EINVAL')
  }
  for (const name of ['linux.osname', 'linux.osrelease'])
    if (Buffer.byteLength(String(given.get(name) ?? '')) + 1 > 65)
      throw new KernelError('ENAMETOOLONG', `${name} too long`)
  // linux_map_osrel: three numbers, from 1.0.0 on, and not one character alone after them.
  const linux = given.get('linux.osrelease')
  const release =
    linux === undefined ? undefined : /^([0-9]+)\.([0-9]+)\.([0-9]+)(?:$|..)/s.exec(String(linux))
  if (release === null || (release !== undefined && Number(release[1]) < 1))
    throw new KernelError('EINVAL', 'linux.osrelease format error')
}

/** What nobody has noted by then is unknown. */
function checkKnown(given: Map<string, Value>, klds: Klds): void {
  for (const [name, value] of given) {
    const param = findParam(klds, name)
    if (param === undefined || param.type === 'node' || param.readOnly === true)
      throw new KernelError('EINVAL', `unknown parameter: ${value === false ? negated(name) : name}`)
  }
}

export function installJailSet(kernel: Kernel, jails: Jails, klds: Klds): void {
  const quoted = (name: string) => `jail "${name}"`
  let cpusets = 1

  /** strtoul(3) of a whole last component: the jid that a new jail asks for by its name. */
  function jidOfName(name: string): number {
    const digits = /^\s*([+-]?)([0-9]+)$/.exec(name.slice(name.lastIndexOf('.') + 1))
    return digits === null ? 0 : Number(`${digits[1] === '-' ? '-' : ''}${digits[2]}`)
  }

  /** Finds the jail to change and the parent of a new one; the jid that was asked for, 0 when none was. */
  function find({ caller, flags, given }: Request): {
    jail?: Jail
    parent: number
    base?: string
    jid: number
  } {
    const name = typeof given.get('name') === 'string' ? String(given.get('name')) : undefined
    let jid = Number(given.get('jid') ?? 0)
    if (!flags.update && jid === 0 && name !== undefined) jid = jidOfName(name)
    let jail: Jail | undefined
    let parent = caller.jid
    if (jid < 0) throw new KernelError('EINVAL', 'negative jid')
    if (jid !== 0) {
      // Who cannot see a jail is told all the same that its jid is taken.
      if (!flags.update && jails.table.has(jid)) throw new KernelError('EEXIST', `jail ${jid} already exists`)
      jail = flags.update ? jails.find(caller, jid) : undefined
      if (jail === undefined && (jails.table.has(jid) || !flags.create))
        throw new KernelError('ENOENT', `jail ${jid} not found`)
      if (jail !== undefined) parent = jail.parent
    }
    if (name === undefined) {
      if (!flags.create && jail === undefined) throw new KernelError('ENOENT', 'update specified no jail')
      return { jail, parent, jid }
    }
    const dot = name.lastIndexOf('.')
    if (dot >= 0) {
      const above = name.slice(0, dot)
      const found = jails.find(caller, above)
      if (jail !== undefined && found?.jid !== parent)
        throw new KernelError('EINVAL', "cannot change jail's parent")
      if (found === undefined) throw new KernelError('ENOENT', `${quoted(above)} not found`)
      parent = found.jid
    }
    const base = name.slice(dot + 1)
    if (base !== '') {
      const sibling = jails.all().find(j => j.parent === parent && j !== jail && lastPart(j) === base)
      if (sibling !== undefined && (jail !== undefined || !flags.update))
        throw new KernelError('EEXIST', `${quoted(name)} already exists`)
      jail ??= sibling
      if (jail === undefined && !flags.create) throw new KernelError('ENOENT', `${quoted(name)} not found`)
    }
    return { jail, parent, base, jid }
  }

  function lastPart(jail: Jail): string {
    const above = jails.table.get(jail.parent)
    return above === undefined ? jail.name : jail.name.slice(above.name.length + 1)
  }

  /** The last component of a jail's name: the jid when nothing is given, never another number. */
  function nameOf(base: string | undefined, jid: number, parent: Jail | undefined): string {
    const name = base === undefined || base === '' ? String(jid) : base
    if (name !== String(jid) && /^\s*[+-]?[0-9]+$/.test(name))
      throw new KernelError('EINVAL', 'name cannot be numeric (unless it is the jid)')
    const length = parent === undefined ? 0 : Buffer.byteLength(parent.name) + 1
    if (length + Buffer.byteLength(name) + 1 > 256) throw new KernelError('ENAMETOOLONG')
    return name
  }

  /** Privileges and limits that depend on the parent; the host's limits are -1 and 999999. */
  function checkParent({ given, caller }: Request, parent: Jail | undefined, jail: Jail | undefined): void {
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
      // Who is in a jail gives what the jail above has.
      const above = Number(parent?.values.get('devfs_ruleset') ?? 0)
      if (caller.jid !== 0 && rules > 0 && rules !== above) throw new KernelError('EPERM')
      if (caller.jid !== 0) given.set('devfs_ruleset', above)
    }
    checkAddresses(given, parent, jail)
  }

  /** allow.* that the parent has not. */
  function checkAllow(given: Map<string, Value>, parent: Jail | undefined): void {
    if (parent === undefined) return
    for (const [name, value] of given)
      if (name.startsWith('allow.') && value === true && !ALLOW_FREELY.has(name))
        if (parent.values.get(name) !== true) throw new KernelError('EPERM')
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
        // Its own children are left out, not its parent: one of several addresses is refused to a child of who has them.
        if (other === jail || (jail && jails.isBelow(other.jid, jail.jid)) || !Array.isArray(theirs)) continue
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

  function create(request: Request, place: ReturnType<typeof find>, root: Found): Jail {
    const { caller, given } = request
    const parent = jails.table.get(place.parent)
    for (let j = jails.table.get(caller.jid); j !== undefined; j = jails.table.get(j.parent))
      if (jails.below(j.jid).length >= Number(j.values.get('children.max') ?? 0))
        throw new KernelError('EPERM', 'prison limit exceeded')
    const jid = place.jid !== 0 ? place.jid : jails.allocate()
    checkParent(request, parent, undefined)
    const base = nameOf(place.base, jid, parent)
    checkAllow(given, parent)
    checkModules(given, parent)
    checkKnown(given, klds)
    changedMeta(new Map(), given)
    const jail = build(request, jid, base, parent, root.path)
    jail.rootFd = fs.openSync(`/proc/self/fd/${root.fd}`, 0o10000000 | 0o2000000)
    jails.add(jail)
    return jail
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
    const inherits = given.get('host') === 'inherit' && !HOST.some(name => given.has(name))
    values.set('host', inherits ? 'inherit' : 'new')
    if (inherits) for (const name of HOST) values.set(name, hostValue(parent, name))
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
        hostname: String(values.get('host.hostname') ?? ''),
      }),
    }
  }

  /** Keeps what has no field of its own. */
  function store(values: Map<string, Value>, given: Map<string, Value>): void {
    for (const [name, value] of given) {
      if (['jid', 'name', 'path', 'persist', 'vnet', 'ip4', 'ip6', 'host'].includes(name)) continue
      if (metaName(name) === undefined) values.set(name, value)
    }
    for (const [text, changed] of changedMeta(values, given)) values.set(text, changed)
  }

  /** meta and env as they are to be. EFBIG, EINVAL. */
  function changedMeta(values: Map<string, Value>, given: Map<string, Value>): [string, string][] {
    return (['meta', 'env'] as const).flatMap(text => {
      const changes = [...given].flatMap(([name, value]) => {
        const found = metaName(name)
        return found?.text === text ? [[found.key, value as string | null] as const] : []
      })
      return changes.length === 0 ? [] : [[text, changeMeta(String(values.get(text) ?? ''), changes)]]
    })
  }

  function update(jail: Jail, request: Request, base: string | undefined): void {
    const { given } = request
    const parent = jails.table.get(jail.parent)
    if (jail.vnet === jail.jid && restricted(given))
      throw new KernelError('EINVAL', 'vnet jails cannot have IP address restrictions')
    for (const family of ['ip4', 'ip6'])
      if (given.has(`${family}.addr`) && jail.values.get(family) !== 'disable') throw cannotChange(family)
    checkParent(request, parent, jail)
    const name = base === undefined ? undefined : nameOf(base, jail.jid, parent)
    checkAllow(given, parent)
    checkModules(given, parent)
    checkKnown(given, klds)
    changedMeta(jail.values, given)
    if (name !== undefined) rename(jail, parent, name)
    if (given.has('persist')) jail.persist = given.get('persist') === true
    if (given.get('allow.sysvipc') !== undefined)
      for (const sysv of SYSV)
        jail.values.set(sysv, given.get('allow.sysvipc') === true ? 'inherit' : 'disable')
    store(jail.values, given)
    setHost(jail, given)
    passOn(jail, given)
  }

  /** host=inherit takes what the parent has; else what is given holds for the jail and those below without their own. */
  function setHost(jail: Jail, given: Map<string, Value>): void {
    const named = HOST.filter(name => given.has(name))
    if (given.get('host') === 'inherit' && named.length === 0) {
      jail.values.set('host', 'inherit')
      for (const name of HOST) jail.values.set(name, hostValue(jails.table.get(jail.parent), name))
    } else if (named.length > 0 || given.get('host') === 'new') jail.values.set('host', 'new')
    const text = String(jail.values.get('host.hostname') ?? '')
    within([jail.spaces.uts], () => sethostname(text.slice(0, 64)))
    for (const child of jails.all().filter(j => j.parent === jail.jid && j.values.get('host') === 'inherit'))
      setHost(child, new Map<string, Value>([['host', 'inherit']]))
  }

  function hostValue(parent: Jail | undefined, name: string): Value {
    if (parent !== undefined) return parent.values.get(name) ?? ''
    return name === 'host.hostname' ? kernel.options.hostname : name === 'host.hostid' ? 0 : ''
  }

  /** Restrictions hold for the jails below too. */
  function passOn(jail: Jail, given: Map<string, Value>): void {
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

  function rename(jail: Jail, parent: Jail | undefined, base: string): void {
    const old = jail.name
    jail.name = parent === undefined ? base : `${parent.name}.${base}`
    for (const child of jails.below(jail.jid)) child.name = jail.name + child.name.slice(old.length)
  }

  kernel.register('jailSet', (caller, flags, given) => {
    const request: Request = {
      caller,
      flags: (flags ?? {}) as SetFlags,
      given: new Map(Object.entries((given ?? {}) as Record<string, Value>)),
    }
    if (caller.uid !== 0) throw new KernelError('EPERM')
    const mine = jails.table.get(caller.jid)
    if (request.flags.create && mine !== undefined && Number(mine.values.get('children.max') ?? 0) === 0)
      throw new KernelError('EPERM')
    if (!request.flags.create && !request.flags.update)
      throw new KernelError('EINVAL', 'no valid operation (create or update)')
    checkEarly(request)
    const path = request.given.get('path')
    const root = request.flags.update && path === undefined ? undefined : lookup(caller, String(path ?? '/'))
    try {
      if (root !== undefined && root.kind !== 'dir') throw new KernelError('ENOTDIR')
      const place = find(request)
      if (place.jail !== undefined) {
        update(place.jail, request, place.base)
        jails.collect()
        return place.jail.jid
      }
      const jail = create(request, place, root ?? lookup(caller, '/'))
      kernel.emit('jailCreated', jail.jid)
      return jail.jid
    } finally {
      if (root !== undefined) fs.closeSync(root.fd)
    }
  })
}
