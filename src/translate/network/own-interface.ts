/** Epairs of the container's own, as the annotations `org.jailwright.net.<n>.*` ask for them. */
import { parseCidr } from '../core/addresses.ts'
import { annotationPath, type Context } from '../core/context.ts'
import { isInterfaceName, macOf } from '../core/names.ts'
import { type Gateway, isLinkLocal, readGateways } from './gateways.ts'

const PREFIX = 'org.jailwright.net.'
const KEYS = ['bridge', 'address', 'gateway', 'name', 'mtu', 'mac', 'vlan', 'dad', 'options'] as const
type Key = (typeof KEYS)[number]
/** The annotation for further addresses of lo0. */
const LO0 = 'lo0.address'

/** An address with its prefix, as ifconfig(8) takes it. */
interface Address {
  text: string
  version: 4 | 6
}

/** An epair of the container's own, as the annotations describe it. */
export interface OwnInterface {
  index: number
  /** The annotation of each value; for a value without one, the annotation that asks for the interface. */
  origins: Readonly<Record<Key, string>>
  bridge: string
  name: string
  addresses: Address[]
  /** Addresses and routes of IPv6 come from router advertisements (`address=slaac`). */
  slaac: boolean
  gateways: Gateway[]
  /** Duplicate address detection: switched off, or waited for. */
  dad: 'off' | 'wait'
  mtu?: number
  mac: string
  /** True when the config gives the MAC address. */
  macGiven: boolean
  vlan?: number
  /** Words of ifconfig(8) that switch capabilities of both ends on or off. */
  options: string[]
}

/** Everything that the annotations about the network ask for. */
export interface OwnNetwork {
  interfaces: OwnInterface[]
  /** Further addresses of lo0. */
  loopback: { origin: string; addresses: Address[] }
}

/** Words of ifconfig(8) for capabilities and for the driver's three flags. */
const OPTION =
  /^-?(?:(?:rx|tx)csum6?|tso[46]?|lro|vlanmtu|vlanhwtag|vlanhwfilter|vlanhwcsum|vlanhwtso|toe[46]?|wol|link[012])$/

/** Reads the annotations; each error names its annotation. */
export function collectNetwork(context: Context): OwnNetwork {
  const groups = new Map<number, Partial<Record<Key, string>>>()
  const loopback: OwnNetwork['loopback'] = { origin: annotationPath(`${PREFIX}${LO0}`), addresses: [] }
  for (const [annotation, value] of Object.entries(context.annotations)) {
    if (!annotation.startsWith(PREFIX)) continue
    const rest = annotation.slice(PREFIX.length)
    if (rest === LO0) {
      loopback.addresses = addressesOf(context, value, loopback.origin)
      context.fate(loopback.origin, 'translated', 'ifconfig lo0 ... alias')
      continue
    }
    const match = /^([0-9]{1,2})\.([a-z]+)$/.exec(rest)
    const key = KEYS.find(each => each === match?.[2])
    if (!match || !key) {
      context.fail(
        annotationPath(annotation),
        `must be ${PREFIX}<number>.<one of ${KEYS.join(', ')}>, or ${PREFIX}${LO0}`,
      )
      continue
    }
    const index = Number(match[1])
    groups.set(index, { ...groups.get(index), [key]: value.trim() })
    context.fate(annotationPath(annotation), 'translated', `epair ${index}`)
  }
  const interfaces = [...groups]
    .sort(([a], [b]) => a - b)
    .map(([index, keys]) => readInterface(context, index, keys))
  const seen = new Map<string, number>()
  for (const one of interfaces) {
    const twin = seen.get(one.name)
    if (twin !== undefined)
      context.fail(at(one.index, 'name'), `${one.name} is the name of interface ${twin} already`, {
        lacks: property => property === at(twin, 'name'),
      })
    seen.set(one.name, one.index)
  }
  return { interfaces, loopback }
}

function at(index: number, key: Key): string {
  return annotationPath(`${PREFIX}${index}.${key}`)
}

function readInterface(context: Context, index: number, keys: Partial<Record<Key, string>>): OwnInterface {
  const fail = (key: Key, text: string, hint?: string) =>
    context.fail(at(index, key), text, hint === undefined ? {} : { hint })
  const bridge = keys.bridge ?? ''
  if (!isInterfaceName(bridge)) {
    fail(
      'bridge',
      keys.bridge === undefined ? 'missing: the bridge that the epair joins' : `${bridge} is no interface`,
    )
  }
  const name = keys.name ?? `vnet${index}`
  if (name === 'lo0') fail('name', 'lo0 is the loopback interface of every network stack')
  else if (!isInterfaceName(name))
    fail(
      'name',
      `${name} is no name for an interface (a letter first, at most 15 characters of A-Z a-z 0-9 _ . -)`,
    )
  const words = list(keys.address)
  const slaac = words.includes('slaac')
  if (words.includes('dhcp'))
    fail('address', 'dhcp: nothing outside the container can keep a lease for it', NO_DHCP)
  const fixed = words.filter(word => word !== 'slaac' && word !== 'dhcp')
  const addresses = addressesOf(context, fixed.join(','), at(index, 'address'))
  const gateways = readGateways(keys.gateway, name, text => fail('gateway', text))
  if (slaac && gateways.some(({ version }) => version === 6))
    fail('gateway', 'with address=slaac the default route for IPv6 is the one that routers advertise')
  const dad = keys.dad ?? 'off'
  if (dad !== 'off' && dad !== 'wait') fail('dad', `${dad}: must be off or wait`)
  // IF_MINMTU and IF_MAXMTU (sys/net/if_var.h); SIOCSIFMTU refuses any other with EINVAL.
  const mtu = number(keys.mtu, 72, 65_535)
  if (mtu === false) fail('mtu', `${keys.mtu}: must be from 72 to 65535`)
  const vlan = number(keys.vlan, 1, 4094)
  if (vlan === false) fail('vlan', `${keys.vlan}: must be from 1 to 4094`)
  const mac = keys.mac?.toLowerCase() ?? macOf(hostIdentity(context), context.id, index)
  // The lowest bit of the first byte marks a group address.
  if (!/^[0-9a-f][02468ace](:[0-9a-f]{2}){5}$/.test(mac) || mac === '00:00:00:00:00:00')
    fail('mac', `${keys.mac}: must be a unicast MAC address`)
  const options = (keys.options ?? '').split(/[\s,]+/).filter(word => word !== '')
  for (const word of options)
    if (!OPTION.test(word))
      fail(
        'options',
        `${word}: must be words of ifconfig(8) that switch a capability, such as -txcsum or -lro`,
      )
  return {
    index,
    origins: Object.fromEntries(
      KEYS.map(key => [key, at(index, keys[key] === undefined ? 'bridge' : key)]),
    ) as Record<Key, string>,
    bridge,
    name,
    addresses,
    slaac,
    gateways,
    dad: dad === 'wait' ? 'wait' : 'off',
    mac,
    macGiven: keys.mac !== undefined,
    options,
    ...(mtu ? { mtu } : {}),
    ...(vlan ? { vlan } : {}),
  }
}

/**
 * What to do without DHCP. dhclient(8) keeps a lease as long as it runs in the network stack that has the address, and calls
 * /sbin/dhclient-script by sh(1) to set it (sbin/dhclient/dhclient.c). A process enters a stack by jail_attach(2), which takes
 * the jail's root as well, so that script and shell are those of the image, even for a dhclient of the host that is executed
 * by its descriptor. A jail inside the container's, with the root of the host, is unsafe: root of the outer jail may enter it.
 * A jail around the container is safe, but its shape is for an administrator to choose (docs/freebsd/network.md).
 */
const NO_DHCP =
  'run dhclient(8) in the image (device profile bpf), or in a parent jail that has the network (org.freebsd.parentJail), or reserve an address and give it here'

/** True when the interface has an address, a route or autoconfiguration of IPv6. */
export function usesIpv6({ addresses, slaac, gateways }: OwnInterface): boolean {
  return slaac || addresses.some(({ version }) => version === 6) || gateways.some(isLinkLocal)
}

/**
 * A text that differs between the hosts of a LAN: the host's UUID, else its name. Empty where neither is known, as for
 * `plan` on another system.
 */
function hostIdentity({ facts }: Context): string {
  const uuid = facts.sysctl('kern.hostuuid') ?? ''
  // The UUID of a jail is zero unless the jail was given one (sys/kern/kern_jail.c, DEFAULT_HOSTUUID).
  return /[1-9a-f]/i.test(uuid) ? uuid : (facts.sysctl('kern.hostname') ?? '')
}

function addressesOf(context: Context, value: string, origin: string): Address[] {
  return list(value).flatMap(text => {
    const cidr = parseCidr(text)
    if (cidr?.prefix !== undefined) return { text: `${cidr.address}/${cidr.prefix}`, version: cidr.version }
    context.fail(origin, `${text}: must be ADDRESS/PREFIX`)
    return []
  })
}

function list(text: string | undefined): string[] {
  return (text ?? '')
    .split(',')
    .map(part => part.trim())
    .filter(part => part !== '')
}

/** A number from `low` to `high`; undefined for an absent text, false for any other text. */
function number(text: string | undefined, low: number, high: number): number | undefined | false {
  if (text === undefined) return undefined
  const value = /^[0-9]{1,5}$/.test(text) ? Number(text) : Number.NaN
  return value >= low && value <= high ? value : false
}
