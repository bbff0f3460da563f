import { KernelError } from '../../text/errno.ts'
import {
  formatInet,
  formatInet6,
  isLinkLocal,
  network6,
  networkOf,
  parseInet,
  parseInet6,
  sameNetwork6,
} from './address.ts'
import { FLAG, type Interface, type Route, type Vnet } from './interface.ts'
import type { NetKernel } from './kernel.ts'

/** A line of the routing table: a route that was added by hand, or one that an interface address brings. */
export interface TableEntry {
  family: 'inet' | 'inet6'
  destination: string
  prefix: number
  host: boolean
  /** Address of the gateway, or undefined for `link#N`. */
  gateway: string | undefined
  /** Index of the interface of a link route. */
  link: number
  interface: Interface
  /** Letters as netstat(1) prints them. */
  flags: string
}

/** All routes of a stack in the order of netstat(1): by family, then by address. */
export function routingTable(vnet: Vnet): TableEntry[] {
  const table: TableEntry[] = []
  const loopback = vnet.interfaces.find(item => item.kind === 'lo')
  for (const item of vnet.interfaces) {
    if ((item.flags & FLAG.UP) === 0) continue
    for (const { family, address, prefix } of item.addresses) {
      const full = family === 'inet' ? 32 : 128
      const base = { family, gateway: undefined, link: item.index }
      const own = { ...base, destination: address, prefix: full, host: true }
      if (item.kind === 'lo') {
        table.push({ ...own, interface: item, flags: family === 'inet' ? 'UH' : 'UHS' })
        if (family === 'inet' || prefix === 128) continue
      }
      const destination =
        family === 'inet' ? formatInet(networkOf(address, prefix)) : network6(address, prefix)
      if (prefix < full)
        table.push({ ...base, destination, prefix, host: false, interface: item, flags: 'U' })
      if (item.kind !== 'lo') table.push({ ...own, interface: loopback ?? item, flags: 'UHS' })
    }
  }
  for (const route of vnet.routes) {
    const { family, destination, prefix, host, gateway, reject } = route
    const letters = `U${gateway === undefined ? '' : 'G'}${host ? 'H' : ''}S`
    const flags = letters + (reject === 'reject' ? 'R' : reject === 'blackhole' ? 'B' : '')
    const link = route.interface.index
    table.push({ family, destination, prefix, host, gateway, link, interface: route.interface, flags })
  }
  const order = (entry: TableEntry): string =>
    entry.family === 'inet'
      ? `4${(parseInet(entry.destination) ?? 0).toString(16).padStart(8, '0')}${String(entry.prefix).padStart(3, '0')}`
      : `6${(parseInet6(entry.destination) ?? []).map(group => group.toString(16).padStart(4, '0')).join('')}${String(entry.prefix).padStart(3, '0')}`
  return table.sort((a, b) => (order(a) < order(b) ? -1 : 1))
}

/** The most specific route to an address, undefined when there is none. */
export function lookupRoute(vnet: Vnet, family: 'inet' | 'inet6', address: string): TableEntry | undefined {
  let best: TableEntry | undefined
  for (const entry of routingTable(vnet)) {
    if (entry.family !== family || (best !== undefined && entry.prefix <= best.prefix)) continue
    const matches =
      family === 'inet'
        ? networkOf(address, entry.prefix) === networkOf(entry.destination, entry.prefix)
        : sameNetwork6(parseInet6(address) ?? [], parseInet6(entry.destination) ?? [], entry.prefix)
    if (matches) best = entry
  }
  return best
}

/** What identifies a route in RTM_ADD and RTM_DELETE. */
export interface RouteSpec {
  family: 'inet' | 'inet6'
  destination: string
  prefix: number
  host: boolean
  gateway?: string
  /** `-interface NAME`. */
  device?: string
  reject?: 'reject' | 'blackhole'
}

function sameRoute(route: Route, spec: RouteSpec): boolean {
  return (
    route.family === spec.family && route.destination === spec.destination && route.prefix === spec.prefix
  )
}

/** RTM_NEWROUTE. EEXIST, EINVAL when no interface leads to the gateway (finalize_nhop of sys/netlink/route/rt.c). */
export function addRoute(kernel: NetKernel, vnet: Vnet, spec: RouteSpec): void {
  const { family, destination, prefix, host, gateway, reject } = spec
  let out: Interface | undefined
  if (spec.device !== undefined) {
    out = kernel.find(vnet, spec.device)
    if (out === undefined) throw new KernelError('EINVAL')
  } else if (gateway !== undefined) {
    const scope = /%(.+)$/.exec(gateway)?.[1]
    const local = isLinkLocal(gateway)
    const via = local ? undefined : lookupRoute(vnet, family, gateway)
    out = local ? kernel.find(vnet, scope ?? '') : via?.interface
    // The gateway must be on a network of an interface, not behind another gateway.
    if (out === undefined || via?.gateway !== undefined) throw new KernelError('EINVAL')
  }
  if (out === undefined) throw new KernelError('EINVAL')
  const taken =
    vnet.routes.some(route => sameRoute(route, spec)) ||
    routingTable(vnet).some(
      entry => entry.family === family && entry.destination === destination && entry.prefix === prefix,
    )
  if (taken) throw new KernelError('EEXIST')
  const plain = gateway?.replace(/%.*$/, '')
  vnet.routes.push({ family, destination, prefix, host, gateway, interface: out, reject })
  const name = out.linuxName
  kernel.real(vnet, [{ op: 'route', family, destination, prefix, gateway: plain, name, reject }])
}

/** RTM_DELETE. ESRCH when the route is not in the table, or has another gateway. */
export function deleteRoute(kernel: NetKernel, vnet: Vnet, spec: RouteSpec): void {
  const found = vnet.routes.find(
    route => sameRoute(route, spec) && (spec.gateway === undefined || route.gateway === spec.gateway),
  )
  if (found === undefined) throw new KernelError('ESRCH')
  vnet.routes = vnet.routes.filter(route => route !== found)
  const { family, destination, prefix } = found
  kernel.real(vnet, [{ op: 'unroute', family, destination, prefix }])
}

/** Canonical text of an address of a family, undefined for another text. A scope stays. */
export function canonical(family: 'inet' | 'inet6', text: string): string | undefined {
  if (family === 'inet') {
    const value = parseInet(text)
    return value === undefined ? undefined : formatInet(value)
  }
  const groups = parseInet6(text)
  const scope = /%.*$/.exec(text)?.[0] ?? ''
  return groups === undefined ? undefined : formatInet6(groups) + scope
}
