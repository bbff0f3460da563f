import { formatInet, type InterfaceAddress, isLinkLocal, maskOf } from './address.ts'
import { hexMask } from './addresses.ts'
import { bridgeMemberLines } from './bridge-words.ts'
import { isTentative } from './detection.ts'
import { FLAG, type Interface } from './interface.ts'

const FLAG_NAMES: readonly (readonly [number, string])[] = [
  [FLAG.UP, 'UP'],
  [FLAG.BROADCAST, 'BROADCAST'],
  [FLAG.DEBUG, 'DEBUG'],
  [FLAG.LOOPBACK, 'LOOPBACK'],
  [FLAG.POINTOPOINT, 'POINTOPOINT'],
  [FLAG.RUNNING, 'RUNNING'],
  [FLAG.NOARP, 'NOARP'],
  [FLAG.PROMISC, 'PROMISC'],
  [FLAG.ALLMULTI, 'ALLMULTI'],
  [FLAG.OACTIVE, 'OACTIVE'],
  [FLAG.SIMPLEX, 'SIMPLEX'],
  [FLAG.LINK0, 'LINK0'],
  [FLAG.LINK1, 'LINK1'],
  [FLAG.LINK2, 'LINK2'],
  [FLAG.MULTICAST, 'MULTICAST'],
  [FLAG.PPROMISC, 'PPROMISC'],
  [FLAG.MONITOR, 'MONITOR'],
  [FLAG.STATICARP, 'STATICARP'],
  [FLAG.STICKYARP, 'STICKYARP'],
  [FLAG.LOWER_UP, 'LOWER_UP'],
]

const ND6_NAMES: readonly (readonly [number, string])[] = [
  [0x1, 'PERFORMNUD'],
  [0x2, 'ACCEPT_RTADV'],
  [0x8, 'IFDISABLED'],
  [0x20, 'AUTO_LINKLOCAL'],
  [0x100, 'NO_DAD'],
]

/** Capabilities of each kind as a fresh interface shows them. */
const OPTIONS: Partial<Record<Interface['kind'], string>> = {
  vtnet:
    'ec07bb<RXCSUM,TXCSUM,VLAN_MTU,VLAN_HWTAGGING,JUMBO_MTU,VLAN_HWCSUM,TSO4,TSO6,LRO,VLAN_HWTSO,LINKSTATE,RXCSUM_IPV6,TXCSUM_IPV6,HWSTATS>',
  lo: '680003<RXCSUM,TXCSUM,LINKSTATE,RXCSUM_IPV6,TXCSUM_IPV6>',
  epair: '60001b<RXCSUM,TXCSUM,VLAN_MTU,VLAN_HWTAGGING,RXCSUM_IPV6,TXCSUM_IPV6>',
  bridge: '10<VLAN_HWTAGGING>',
  vlan: '600003<RXCSUM,TXCSUM,RXCSUM_IPV6,TXCSUM_IPV6>',
  tap: '80000<LINKSTATE>',
  tun: '80000<LINKSTATE>',
  gif: '80000<LINKSTATE>',
  gre: '80000<LINKSTATE>',
  wg: '80000<LINKSTATE>',
}

/** `name=HEX<A,B>` as printb prints it. */
function bits(name: string, value: number, names: readonly (readonly [number, string])[]): string {
  const set = names.filter(([bit]) => (value & bit) !== 0).map(([, text]) => text)
  return `${name}=${value.toString(16)}<${set.join(',')}>`
}

/** Interface flags as an answer of netlink shows them, with LOWER_UP where there is a link. */
function shownFlags(item: Interface): number {
  const wired = item.kind === 'vtnet' || item.kind === 'epair'
  const link = wired || (item.kind !== 'tap' && (item.flags & FLAG.UP) !== 0)
  return link ? item.flags | FLAG.LOWER_UP : item.flags
}

/** Options of the listing, from `-f` and the word of an address family. */
export interface PrintOptions {
  family?: 'inet' | 'inet6' | 'ether' | 'link' | undefined
  inet: 'hex' | 'cidr' | 'dotted'
  inet6: 'numeric' | 'cidr'
  ether: 'colon' | 'dash'
  /** Addresses that the caller may see (a classic jail sees its own only). */
  sees: (address: string) => boolean
  /** The time, by which an address is tentative or not. */
  now: number
}

function inetLine(item: Interface, entry: InterfaceAddress, options: PrintOptions): string {
  let line = `\tinet ${entry.address}`
  if ((item.flags & FLAG.POINTOPOINT) !== 0) line += ` --> ${entry.destination ?? '0.0.0.0'}`
  if (options.inet === 'cidr') line += `/${entry.prefix}`
  else if (options.inet === 'dotted') line += ` netmask ${formatInet(maskOf(entry.prefix))}`
  else line += ` netmask ${hexMask(entry.prefix)}`
  if (entry.broadcast !== undefined) line += ` broadcast ${entry.broadcast}`
  return `${line}\n`
}

function inet6Line(item: Interface, entry: InterfaceAddress, options: PrintOptions): string {
  const local = isLinkLocal(entry.address)
  const name = local ? `${entry.address}%${item.name}` : entry.address
  const mask = options.inet6 === 'cidr' ? `/${entry.prefix}` : ` prefixlen ${entry.prefix}`
  const found = entry.duplicated ? ' duplicated' : ''
  const tentative = isTentative(entry, options.now) ? ' tentative' : found
  return `\tinet6 ${name}${mask}${tentative}${local ? ` scopeid 0x${item.index.toString(16)}` : ''}\n`
}

function bridgeLines(item: Interface): string {
  const lines = [
    '\tid 00:00:00:00:00:00 priority 32768 hellotime 2 fwddelay 15',
    '\tmaxage 20 holdcnt 6 proto rstp maxaddr 2000 timeout 1200',
    '\troot id 00:00:00:00:00:00 priority 32768 ifcost 0 port 0',
    ...bridgeMemberLines(item),
  ]
  return `${lines.join('\n')}\n`
}

function mediaLines(item: Interface): string {
  const up = (item.flags & FLAG.UP) !== 0
  switch (item.kind) {
    case 'vtnet':
      return '\tmedia: Ethernet autoselect (10Gbase-T <full-duplex>)\n\tstatus: active\n'
    case 'epair':
      return '\tmedia: Ethernet 10Gbase-T (10Gbase-T <full-duplex>)\n\tstatus: active\n'
    case 'vlan':
      return item.vlan === undefined
        ? ''
        : `\tmedia: Ethernet autoselect\n\tstatus: ${up ? 'active' : 'no carrier'}\n`
    case 'tap':
      return '\tmedia: Ethernet 1000baseT <full-duplex>\n\tstatus: no carrier\n'
    default:
      return ''
  }
}

/** One interface as `ifconfig IF` prints it on 15.1. */
export function printInterface(item: Interface, options: PrintOptions): string {
  const { family } = options
  let text = `${item.name}: ${bits('flags', shownFlags(item), FLAG_NAMES)} metric ${item.metric} mtu ${item.mtu}\n`
  if (item.description !== '') text += `\tdescription: ${item.description}\n`
  const capabilities = OPTIONS[item.kind]
  if (capabilities !== undefined) text += `\toptions=${capabilities}\n`
  const dashes = (ether: string): string => (options.ether === 'dash' ? ether.replaceAll(':', '-') : ether)
  if (item.ether !== undefined && (family === undefined || family === 'ether' || family === 'link')) {
    text += `\tether ${dashes(item.ether)}\n`
    if (item.hardware !== item.ether && item.hardware !== undefined)
      text += `\thwaddr ${dashes(item.hardware)}\n`
  }
  const seen = item.addresses.filter(entry => options.sees(entry.address))
  for (const entry of seen) {
    if (entry.family === 'inet' && (family ?? 'inet') === 'inet') text += inetLine(item, entry, options)
  }
  for (const entry of seen) {
    if (entry.family === 'inet6' && (family ?? 'inet6') === 'inet6') text += inet6Line(item, entry, options)
  }
  if (family === undefined) {
    if (item.kind === 'bridge') text += bridgeLines(item)
    if (item.groups.length > 0) text += `\tgroups: ${item.groups.join(' ')}\n`
    if (item.kind === 'vlan') {
      const { tag, parent } = item.vlan ?? { tag: 0, parent: undefined }
      text += `\tvlan: ${tag} vlanproto: 802.1q vlanpcp: 0 parent interface: ${parent?.name ?? '<none>'}\n`
    }
    if (item.fib !== 0) text += `\tfib: ${item.fib}\n`
    text += mediaLines(item)
  }
  if (family === undefined || family === 'inet6') text += `\t${bits('nd6 options', item.nd6, ND6_NAMES)}\n`
  return text
}
