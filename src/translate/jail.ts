/** Jail parameters from the `freebsd.jail` section, the annotations `org.freebsd.*`, and the defaults. */
import { parseJailAddress } from './addresses.ts'
import { annotationPath, type Context } from './context.ts'
import { checkValue, LOADED_BY_NAME, type ParamType, parseBool, READ_ONLY, refusal } from './jail-params.ts'
import { isInterfaceName } from './names.ts'

/** Prefix of the annotations that set one parameter. */
export const JAIL_ANNOTATION = 'org.freebsd.jail.'
/** The annotation that makes the container a child of another jail. */
export const PARENT_ANNOTATION = 'org.freebsd.parentJail'

/** An address that becomes an alias of an interface of the host. */
export interface Alias {
  interface: string
  address: string
  prefix: number
  version: 4 | 6
  origin: string
}

/** What the rest of the translation needs to know of the jail. */
export interface JailPlan {
  parent?: string
  vnet: boolean
  parameters: (readonly [string, string | true])[]
  /** Interfaces to move into the vnet. */
  interfaces: { name: string; origin: string }[]
  aliases: Alias[]
}

/** One parameter with where it comes from; `origin` is `default` for a default. */
interface Value {
  value: string
  origin: string
  /** A default gives way to what the kernel or the parent cannot grant. */
  soft?: boolean
}

/** Parameters are given to jail(8) in this order, the others after them by name. */
const ORDER =
  'persist host host.hostname host.domainname vnet ip4 ip4.addr ip6 ip6.addr enforce_statfs sysvmsg sysvsem sysvshm'.split(
    ' ',
  )

/**
 * Translates all that concerns the jail itself. `wanted` are parameters that something else asks for (device
 * profiles); `needsVnet` is where the config needs a network stack of its own (annotations `org.jailwright.net.*`).
 */
export function translateJail(
  context: Context,
  wanted: readonly { name: string; origin: string }[],
  needsVnet: string | undefined,
): JailPlan {
  const parent = parentOf(context)
  const values = new Map<string, Value>()
  const plan: JailPlan = { vnet: false, parameters: [], interfaces: [], aliases: [] }
  if (parent !== undefined) plan.parent = parent
  const lists = { interface: undefined as Value | undefined, moved: [] as JailPlan['interfaces'] }
  for (const { name, origin } of wanted) values.set(name, { value: 'true', origin })
  fromSection(context, values, lists)
  fromAnnotations(context, values, lists)
  if (needsVnet !== undefined && !values.has('vnet')) values.set('vnet', { value: 'new', origin: needsVnet })
  plan.vnet = values.get('vnet')?.value === 'new'
  if (needsVnet !== undefined && !plan.vnet)
    context.fail(needsVnet, 'needs vnet=new, and the config says vnet=inherit')
  addDefaults(context, values, parent, plan.vnet)
  checkAddresses(context, values, lists, plan)
  plan.interfaces = movable(context, lists.moved, plan.vnet)
  plan.parameters = ordered(values)
  return plan
}

function parentOf(context: Context): string | undefined {
  const annotated = context.annotations[PARENT_ANNOTATION]
  const section = context.config.freebsd?.jail?.parent
  const origin = annotated === undefined ? 'freebsd.jail.parent' : annotationPath(PARENT_ANNOTATION)
  const parent = annotated ?? section
  if (parent === undefined || (parent === '' && annotated === undefined)) return undefined
  if (annotated !== undefined && section !== undefined) {
    context.fate('freebsd.jail.parent', 'ignored', `overridden by ${origin}`)
  }
  if (!/^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/.test(parent)) {
    context.fail(origin, `${JSON.stringify(parent)} is no name of a jail`)
    return undefined
  }
  if (context.facts.jail(parent) === undefined) {
    context.fail(origin, `jail "${parent}" not found`, { code: 'HOST' })
    return undefined
  }
  context.fate(origin, 'applied', `child of jail ${parent}`)
  return parent
}

/** The section's keys to the kernel's names. */
const SECTION_MODES = { host: 'host', ip4: 'ip4', ip6: 'ip6', vnet: 'vnet', sysvmsg: 'sysvmsg' } as const
const SECTION_ALLOW = {
  setHostname: 'allow.set_hostname',
  rawSockets: 'allow.raw_sockets',
  chflags: 'allow.chflags',
  quotas: 'allow.quotas',
  socketAf: 'allow.socket_af',
  mlock: 'allow.mlock',
  reservedPorts: 'allow.reserved_ports',
  suser: 'allow.suser',
} as const

interface Lists {
  interface: Value | undefined
  moved: JailPlan['interfaces']
}

function fromSection(context: Context, values: Map<string, Value>, lists: Lists): void {
  const jail = context.config.freebsd?.jail
  if (!jail) return
  const set = (key: string, name: string, value: string) => {
    const origin = `freebsd.jail.${key}`
    const type = context.facts.jailParam(name)
    if (type === undefined && !LOADED_BY_NAME.has(name)) {
      context.fail(origin, `this kernel has no jail parameter ${name}`, { code: 'UNSUPPORTED' })
      return
    }
    const allowed = checkValue(name, (type ?? 'bool') as ParamType, value)
    if (allowed !== undefined) context.fail(origin, `${value}: must be ${allowed}`)
    else values.set(name, { value, origin })
    if (allowed === undefined) context.fate(origin, 'translated', shown(name, value))
  }
  for (const [key, name] of Object.entries({
    ...SECTION_MODES,
    sysvsem: 'sysvsem',
    sysvshm: 'sysvshm',
  } as const)) {
    const value = jail[key as keyof typeof SECTION_MODES]
    if (value !== undefined) set(key, name, value)
  }
  if (jail.enforceStatfs !== undefined) set('enforceStatfs', 'enforce_statfs', String(jail.enforceStatfs))
  for (const [key, name] of [
    ['ip4Addr', 'ip4.addr'],
    ['ip6Addr', 'ip6.addr'],
  ] as const) {
    if (jail[key]?.length) values.set(name, { value: jail[key].join(','), origin: `freebsd.jail.${key}` })
  }
  if (jail.interface !== undefined)
    lists.interface = { value: jail.interface, origin: 'freebsd.jail.interface' }
  jail.vnetInterfaces?.forEach((name, index) => {
    lists.moved.push({ name, origin: `freebsd.jail.vnetInterfaces[${index}]` })
  })
  for (const [key, name] of Object.entries(SECTION_ALLOW)) {
    const value = jail.allow?.[key as keyof typeof SECTION_ALLOW]
    if (value !== undefined) set(`allow.${key}`, name, String(value))
  }
  jail.allow?.mount?.forEach((type, index) => {
    if (/^[a-z0-9]+$/.test(type)) set(`allow.mount[${index}]`, `allow.mount.${type}`, 'true')
    else
      context.fail(
        `freebsd.jail.allow.mount[${index}]`,
        `${JSON.stringify(type)} is no type of a file system`,
      )
  })
  if (jail.allow?.mount?.length)
    values.set('allow.mount', { value: 'true', origin: 'freebsd.jail.allow.mount' })
}

function fromAnnotations(context: Context, values: Map<string, Value>, lists: Lists): void {
  for (const [annotation, value] of Object.entries(context.annotations)) {
    if (!annotation.startsWith(JAIL_ANNOTATION)) continue
    const origin = annotationPath(annotation)
    const given = annotation.slice(JAIL_ANNOTATION.length)
    // ocijail's spelling, in the field since its first release.
    const name = given === 'ip6.add' ? 'ip6.addr' : given
    const why = refusal(name)
    if (why !== undefined) {
      context.fail(origin, `refused: ${why}`)
      continue
    }
    if (name === 'vnet.interface') {
      if (lists.moved.some(one => one.origin.startsWith('freebsd.'))) {
        context.fate('freebsd.jail.vnetInterfaces', 'ignored', `overridden by ${origin}`)
        lists.moved.splice(0)
      }
      for (const one of value.split(',')) lists.moved.push({ name: one.trim(), origin })
      continue
    }
    if (name === 'interface') {
      if (lists.interface) context.fate(lists.interface.origin, 'ignored', `overridden by ${origin}`)
      lists.interface = { value, origin }
      continue
    }
    oneAnnotation(context, values, name, value, origin)
  }
}

function oneAnnotation(
  context: Context,
  values: Map<string, Value>,
  name: string,
  value: string,
  origin: string,
): void {
  const type = (context.facts.jailParam(name) ?? (LOADED_BY_NAME.has(name) ? guessType(name) : undefined)) as
    | ParamType
    | undefined
  if (type === undefined) {
    if (name.startsWith('allow.') && /^[a-z0-9_.]+$/.test(name)) {
      // As ocijail: an image's wish for what this kernel has not (yet) is no reason not to start it.
      context.warn(`${origin}: this kernel has no jail parameter ${name}; ignored (is its module loaded?)`)
      context.fate(origin, 'ignored', `this kernel has no jail parameter ${name}`)
    } else context.fail(origin, `this kernel has no jail parameter ${name}`)
    return
  }
  const text = value.trim()
  const allowed = checkValue(name, type, text)
  if (allowed !== undefined) {
    context.fail(origin, `${JSON.stringify(value)}: must be ${allowed}`)
    return
  }
  const before = values.get(name)
  if (before && before.origin !== origin) context.fate(before.origin, 'ignored', `overridden by ${origin}`)
  const normal = type === 'bool' ? String(parseBool(text)) : text
  values.set(name, { value: normal, origin })
  context.fate(origin, 'applied', shown(name, normal))
}

function guessType(name: string): ParamType {
  if (name.startsWith('allow.')) return 'bool'
  if (name === 'linux.oss_version') return 'int'
  return name.startsWith('linux.') ? 'string' : 'jailsys'
}

/**
 * The defaults. Without a `freebsd` section they are ocijail's, which every container of podman has had so far. With
 * one they are the specification's (config-freebsd.md): enforce_statfs 2, System V IPC new, allow.* off. It contradicts
 * itself about setHostname and reservedPorts ("off by default" excepts them, their own lines say false); we hold to the
 * sentence that excepts them, to jail(8), and to what is said of suser: absent, these three keep the kernel's default,
 * which is on.
 */
function addDefaults(
  context: Context,
  values: Map<string, Value>,
  parent: string | undefined,
  vnet: boolean,
): void {
  const facts = parent === undefined ? undefined : context.facts.jail(parent)
  const set = (name: string, value: string) => {
    if (!values.has(name)) values.set(name, { value, origin: 'default', soft: true })
  }
  const granted = (name: string) => !['false', '0', 'disable'].includes(facts?.[name] ?? 'unknown')
  values.set('persist', { value: 'true', origin: 'default' })
  hostDefaults(context, values)
  const section = context.config.freebsd !== undefined && context.config.freebsd !== null
  // A child may not see more than its parent (jail.md section 2: lower than the parent's is EPERM).
  const least = Math.max(section ? 2 : 1, Number(facts?.enforce_statfs ?? '0') || 0)
  set('enforce_statfs', String(Math.min(least, 2)))
  if (section) {
    for (const name of ['sysvmsg', 'sysvsem', 'sysvshm']) {
      // allow.sysvipc sets all three at once in the kernel; a value of ours beside it would take it back.
      if (granted(name) && !values.has('allow.sysvipc')) set(name, 'new')
    }
    return
  }
  if (granted('allow.raw_sockets')) set('allow.raw_sockets', 'true')
  if (granted('allow.chflags')) set('allow.chflags', 'true')
  // Who restricts one family has not asked for all addresses of the other: the kernel's default is none.
  if (!vnet && !values.has('ip4.addr') && !values.has('ip6.addr')) {
    set('ip4', 'inherit')
    set('ip6', 'inherit')
  }
}

function hostDefaults(context: Context, values: Map<string, Value>): void {
  const { hostname, domainname } = context.config
  const inherits = values.get('host')?.value === 'inherit'
  const names = [
    ['hostname', 'host.hostname', hostname],
    ['domainname', 'host.domainname', domainname],
  ] as const
  for (const [property, name, value] of names) {
    if (value === undefined) continue
    if (values.has(name)) context.fate(property, 'ignored', `overridden by ${values.get(name)?.origin}`)
    // "If set to new, the values for hostname and domainname are taken from the base config" (config-freebsd.md).
    else if (inherits) context.fate(property, 'ignored', "host=inherit: the host's own name is seen")
    else {
      const allowed = checkValue(name, 'string', value)
      if (allowed !== undefined) context.fail(property, `must be ${allowed}`)
      else values.set(name, { value, origin: property })
      if (allowed === undefined) context.fate(property, 'translated', shown(name, value))
    }
  }
  if (!values.has('host')) values.set('host', { value: 'new', origin: 'default' })
}

/** Addresses are parsed, restricted to classic jails, and where an interface is named become aliases of it. */
function checkAddresses(context: Context, values: Map<string, Value>, lists: Lists, plan: JailPlan): void {
  const shared = lists.interface
  if (shared && !isInterfaceName(shared.value)) {
    context.fail(shared.origin, `${JSON.stringify(shared.value)} is no name of an interface`)
    return
  }
  for (const version of [4, 6] as const) {
    const name = `ip${version}.addr`
    const given = values.get(name)
    if (!given) continue
    if (plan.vnet) {
      context.fail(
        given.origin,
        'vnet jails cannot have IP address restrictions; give addresses to an interface inside',
      )
      continue
    }
    const addresses: string[] = []
    for (const text of given.value.split(',').map(part => part.trim())) {
      const parsed = parseJailAddress(text, version)
      if (typeof parsed === 'string') {
        context.fail(given.origin, parsed)
        continue
      }
      addresses.push(parsed.address)
      const on = parsed.interface ?? shared?.value
      if (on === undefined) continue
      const { address, prefix } = parsed
      plan.aliases.push({ interface: on, address, prefix, version, origin: given.origin })
    }
    values.set(name, { ...given, value: addresses.join(',') })
    context.fate(given.origin, 'translated', `${name}=${addresses.join(',')}`)
  }
  if (!shared) return
  const used = plan.aliases.some(alias => alias.interface === shared.value)
  if (used) context.fate(shared.origin, 'translated', `ifconfig ${shared.value} ... alias`)
  else context.fate(shared.origin, 'ignored', 'there is no address for it')
}

function movable(context: Context, moved: JailPlan['interfaces'], vnet: boolean): JailPlan['interfaces'] {
  return moved.filter(({ name, origin }) => {
    if (!isInterfaceName(name)) context.fail(origin, `${JSON.stringify(name)} is no name of an interface`)
    else if (!vnet) context.fail(origin, 'an interface can be moved into a jail with vnet=new only')
    else {
      context.fate(origin, 'translated', `ifconfig ${name} vnet, given back at delete`)
      return true
    }
    return false
  })
}

function shown(name: string, value: string): string {
  return value === 'true' ? name : `${name}=${value}`
}

function ordered(values: Map<string, Value>): (readonly [string, string | true])[] {
  const rank = (name: string) => (ORDER.includes(name) ? ORDER.indexOf(name) : ORDER.length)
  return [...values]
    .filter(([name]) => !READ_ONLY.has(name))
    .sort(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1))
    .map(([name, { value }]) => [name, value === 'true' ? true : value] as const)
}
