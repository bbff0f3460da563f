/** Jail parameters from the `freebsd.jail` section, the annotations `org.freebsd.*`, and the defaults. */
import { parseJailAddress, sameAddress } from '../core/addresses.ts'
import { annotationPath, type Context } from '../core/context.ts'
import { isInterfaceName } from '../core/names.ts'
import type { Wanted } from '../devices/profiles.ts'
import { addDefaults, around } from './defaults.ts'
import { checkMounting, limitDevfsInside } from './mounting.ts'
import { isFlag, LOADED_BY_NAME } from './parameters.ts'
import { checkGrants, stackOwner } from './parent-grants.ts'
import { readFib } from './routing-table.ts'
import { fromAnnotations, fromSection, type Lists, type Value } from './values.ts'

/** The annotation that makes the container a child of another jail. */
export const PARENT_ANNOTATION = 'org.freebsd.parentJail'

/** An address that becomes an alias of an interface of the host. */
interface Alias {
  interface: string
  address: string
  prefix: number
  version: 4 | 6
  origin: string
}

/** The facts about the jail that the rest of the translation needs. */
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

/** The order of parameters in a plan; all other parameters follow, sorted by name. */
const ORDER =
  'persist host host.hostname host.domainname vnet ip4 ip4.addr ip6 ip6.addr enforce_statfs sysvmsg sysvsem sysvshm'.split(
    ' ',
  )

/**
 * Translates everything that concerns the jail itself. `wanted` are parameters that device profiles and datasets ask for;
 * `needsVnet` is the property that needs a network stack of the jail's own (an annotation `org.jailwright.net.*`).
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
    // An older kernel lacks some of these (allow.vmm_ppt is new in 15.1); translateProfiles has checked the necessary ones.
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
  leaveOutNoChildren(context, values)
  checkGrants(context, values, parent, aroundIt)
  const stack = { own: plan.vnet, ofHost: stackOwner(context, parent) === undefined }
  const fib = lists.fib && readFib(context, lists.fib, stack)
  if (fib !== undefined) plan.fib = fib
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
 * Makes `vnet`, `ip4` and `ip6` fit together. The kernel refuses `vnet` of any value beside `ip4` or `ip6` of any value
 * ("vnet jails cannot have IP address restrictions", sys/kern/kern_jail.c, kern_jail_set). A parameter that states the
 * default is left out; a restriction that the jail cannot have is an error.
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
    // The kernel would use the addresses in spite of `inherit` or `disable`, against the words of the config.
    else if ((given?.value === 'disable' || given?.value === 'inherit') && values.has(`${name}.addr`))
      context.fail(
        given.origin,
        `${name}=${given.value}, but ${values.get(`${name}.addr`)?.origin} gives addresses`,
      )
  }
}

/**
 * Leaves `children.max=0` out: a new jail has 0 without being asked, and kern_jail_set (sys/kern/kern_jail.c) refuses any
 * value, 0 too, that is not below the parent's.
 */
function leaveOutNoChildren(context: Context, values: Map<string, Value>): void {
  const given = values.get('children.max')
  if (given === undefined || Number(given.value) !== 0) return
  values.delete('children.max')
  context.fate(given.origin, 'applied', 'the default of jail(8)')
}

/** Parses the addresses, refuses them for vnet jails, and makes them aliases of the interface that the config names. */
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

/** True for a property that can give a jail a network stack of its own. */
function saysVnet(property: string): boolean {
  return /^(freebsd(\.jail(\.vnet)?)?|annotations(\["org\.(freebsd\.jail\.vnet|jailwright\.net\..+)"\])?)$/.test(
    property,
  )
}

function movable(context: Context, moved: JailPlan['interfaces'], vnet: boolean): JailPlan['interfaces'] {
  return moved.filter(({ name, origin }) => {
    if (!isInterfaceName(name)) context.fail(origin, `${JSON.stringify(name)} is no name of an interface`)
    else if (!vnet)
      context.fail(origin, 'the container has no network stack of its own to move it into (vnet=new)', {
        lacks: saysVnet,
      })
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
    .map(([name, { value }]) => [name, value === 'true' && isFlag(name) ? true : value] as const)
}
