/** Jail parameters from the `freebsd.jail` section, the annotations `org.freebsd.*`, and the defaults. */
import { parseJailAddress, sameAddress } from '../core/addresses.ts'
import { annotationPath, type Context, isLinuxConfig } from '../core/context.ts'
import { isInterfaceName } from '../core/names.ts'
import type { Wanted } from '../devices/profiles.ts'
import { checkMounting, limitDevfsInside } from './mounting.ts'
import { checkValue, LOADED_BY_NAME } from './parameters.ts'
import { checkGrants } from './parent-grants.ts'
import { fromAnnotations, fromSection, type Lists, shown, type Value } from './values.ts'

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
  /** Number of the routing table of the container's programs. */
  fib?: number
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
  wanted: readonly Wanted[],
  needsVnet: string | undefined,
): JailPlan {
  const parent = parentOf(context)
  const values = new Map<string, Value>()
  const plan: JailPlan = { vnet: false, parameters: [], interfaces: [], aliases: [] }
  if (parent !== undefined) plan.parent = parent
  const lists: Lists = { interface: undefined, moved: [], fib: undefined }
  for (const { name, value, origin } of wanted) {
    // allow.vmm_ppt came with 15.1; what a profile cannot do without has been looked for there.
    if (context.facts.jailParam(name) !== undefined || LOADED_BY_NAME.has(name))
      values.set(name, { value, origin })
  }
  fromSection(context, values, lists)
  fromAnnotations(context, values, lists)
  if (needsVnet !== undefined && !values.has('vnet')) values.set('vnet', { value: 'new', origin: needsVnet })
  plan.vnet = values.get('vnet')?.value === 'new'
  if (needsVnet !== undefined && !plan.vnet)
    context.fail(needsVnet, 'needs vnet=new, and the config says vnet=inherit', { lacks: saysVnet })
  const aroundIt = parent === undefined ? around(context) : context.facts.jail(parent)
  addDefaults(context, values, aroundIt, plan.vnet)
  settleStack(context, values, plan.vnet)
  checkAddresses(context, values, lists, plan)
  limitDevfsInside(context, values)
  checkMounting(context, values)
  checkGrants(context, values, parent, aroundIt)
  if (lists.fib !== undefined) plan.fib = lists.fib
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
  facts: Readonly<Record<string, string>> | undefined,
  vnet: boolean,
): void {
  const set = (name: string, value: string) => {
    if (!values.has(name)) values.set(name, { value, origin: 'default' })
  }
  const granted = (name: string) => !['false', '0', 'disable'].includes(facts?.[name] ?? 'unknown')
  values.set('persist', { value: 'true', origin: 'default' })
  hostDefaults(context, values)
  const section = context.config.freebsd !== undefined && context.config.freebsd !== null
  // A child may not see more than its parent (jail.md section 2: lower than the parent's is EPERM).
  const least = Math.max(section ? 2 : 1, Number(facts?.enforce_statfs ?? '0') || 0)
  set('enforce_statfs', String(Math.min(least, 2)))
  if (section) {
    for (const name of SYSTEM_V) {
      // allow.sysvipc sets all three at once in the kernel; a value of ours beside it would take it back.
      if (granted(name) && !values.has('allow.sysvipc')) set(name, 'new')
    }
    return
  }
  linuxIpc(context, values, granted)
  if (granted('allow.raw_sockets')) set('allow.raw_sockets', 'true')
  if (granted('allow.chflags')) set('allow.chflags', 'true')
  // Who restricts one family has not asked for all addresses of the other: the kernel's default is none.
  if (!vnet && !values.has('ip4.addr') && !values.has('ip6.addr')) {
    // A kernel may have been made without one of them.
    for (const name of ['ip4', 'ip6']) {
      if (context.facts.jailParam(name) !== undefined) set(name, 'inherit')
    }
  }
}

/** The three System V IPC parameters of a jail (jail(8)). */
const SYSTEM_V = ['sysvmsg', 'sysvsem', 'sysvshm'] as const

/**
 * A Linux image that is to have an IPC namespace of its own gets one: without it shmget(2) answers ENOSYS, and
 * PostgreSQL does not start. What the parent has not cannot be had; a host that is a jail itself is not asked.
 */
function linuxIpc(context: Context, values: Map<string, Value>, granted: (name: string) => boolean): void {
  if (!isLinuxConfig(context.config) || values.has('allow.sysvipc')) return
  const index =
    context.config.linux?.namespaces?.findIndex(
      // A config with errors has holes in the place of what is wrong.
      (namespace: { type?: string; path?: string } | undefined) =>
        namespace?.type === 'ipc' && !namespace.path,
    ) ?? -1
  if (index === -1 || context.facts.sysctl('security.jail.jailed') === '1') return
  const made = SYSTEM_V.filter(
    name => granted(name) && !values.has(name) && context.facts.jailParam(name) !== undefined,
  )
  for (const name of made) values.set(name, { value: 'new', origin: 'default' })
  if (made.length > 0)
    context.fate(`linux.namespaces[${index}]`, 'translated', made.map(name => `${name}=new`).join(', '))
}

/**
 * The jail that this host is itself, by what it grants its children (kern_jail.c sysctl_jail_default_allow: "Prisons
 * just see their own parameters"; outside a jail the same names tell defaults of jail(2), which mean nothing here).
 */
function around({ facts }: Context): Record<string, string> | undefined {
  if (facts.sysctl('security.jail.jailed') !== '1') return undefined
  const own: Record<string, string> = {}
  for (const [name, sysctl] of [
    ['allow.raw_sockets', 'allow_raw_sockets'],
    ['allow.chflags', 'chflags_allowed'],
    ['enforce_statfs', 'enforce_statfs'],
  ] as const) {
    const value = facts.sysctl(`security.jail.${sysctl}`)
    if (value !== undefined) own[name] = value
  }
  return own
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

/**
 * The kernel refuses `vnet`, whatever its value, beside `ip4` or `ip6`, whatever theirs ("vnet jails cannot have IP
 * address restrictions", kern_jail.c kern_jail_set). What only says what is so anyway is left out; a restriction that
 * cannot be made is an error.
 */
function settleStack(context: Context, values: Map<string, Value>, vnet: boolean): void {
  const leaveOut = (name: string, note: string) => {
    const given = values.get(name)
    values.delete(name)
    if (given) context.fate(given.origin, 'applied', note)
  }
  if (!vnet) leaveOut('vnet', 'the default of jail(8)')
  for (const version of [4, 6] as const) {
    const name = `ip${version}`
    const given = values.get(name)
    if (vnet && given?.value === 'inherit') leaveOut(name, 'a jail with vnet=new has a stack of its own')
    else if (vnet && given)
      context.fail(
        given.origin,
        `${name}=${given.value} cannot be with vnet=new; allowed is inherit, or nothing`,
      )
    // With inherit the kernel would hold to the addresses, and what the config says would not be so.
    else if ((given?.value === 'disable' || given?.value === 'inherit') && values.has(`${name}.addr`))
      context.fail(
        given.origin,
        `${name}=${given.value}, but ${values.get(`${name}.addr`)?.origin} gives addresses`,
      )
  }
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
      if (addresses.some(other => sameAddress(other, parsed.address))) {
        context.fail(given.origin, `${parsed.address} is there twice`)
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

/** The properties of which one can give a jail a network stack of its own. */
function saysVnet(property: string): boolean {
  return /^(freebsd(\.jail(\.vnet)?)?|annotations(\["org\.(freebsd\.jail\.vnet|jailwright\.net\..+)"\])?)$/.test(
    property,
  )
}

function movable(context: Context, moved: JailPlan['interfaces'], vnet: boolean): JailPlan['interfaces'] {
  return moved.filter(({ name, origin }) => {
    if (!isInterfaceName(name)) context.fail(origin, `${JSON.stringify(name)} is no name of an interface`)
    else if (!vnet)
      context.fail(origin, 'an interface can be moved into a jail with vnet=new only', { lacks: saysVnet })
    else {
      context.fate(origin, 'translated', `ifconfig ${name} vnet, given back at delete`)
      return true
    }
    return false
  })
}

function ordered(values: Map<string, Value>): (readonly [string, string | true])[] {
  const rank = (name: string) => (ORDER.includes(name) ? ORDER.indexOf(name) : ORDER.length)
  return [...values]
    .sort(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1))
    .map(([name, { value }]) => [name, value === 'true' ? true : value] as const)
}
