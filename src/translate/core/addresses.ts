/** Addresses of a jail: `ADDRESS`, or jail(8)'s longer form `INTERFACE|ADDRESS/MASK`. */
import ipaddr from 'ipaddr.js'
import { isInterfaceName } from './names.ts'

/** Four decimal numbers without leading zeros, as inet_pton(3) takes them. */
const DOTTED = /^(?:(?:25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])(?:\.(?!$)|$)){4}$/

/**
 * 4 or 6 for an address as inet_pton(3) takes it, 0 for any other text. The library alone accepts more than inet_pton(3)
 * and jail parameters do: IPv4 addresses of fewer than four numbers, octal numbers, zones (`fe80::1%em0`).
 */
export function ipVersion(text: string): 0 | 4 | 6 {
  if (isDotted(text)) return 4
  if (!/^[0-9A-Fa-f:.]+$/.test(text) || !text.includes(':')) return 0
  const tail = text.slice(text.lastIndexOf(':') + 1)
  if (tail.includes('.') && !isDotted(tail)) return 0
  return ipaddr.IPv6.isValid(text) ? 6 : 0
}

function isDotted(text: string): boolean {
  return DOTTED.test(text) && !/(^|\.)0[0-9]/.test(text)
}

/** One address of ip4.addr or ip6.addr. */
export interface JailAddress {
  address: string
  /** Length of the prefix; all bits of the address where the text gives none (an alias for one host). */
  prefix: number
  /** Interface of its own. */
  interface?: string
}

/** Reads one address; gives a text that says what is wrong with a wrong one. */
export function parseJailAddress(text: string, version: 4 | 6): JailAddress | string {
  const bar = text.indexOf('|')
  const name = bar === -1 ? undefined : text.slice(0, bar)
  const cidr = parseCidr(text.slice(bar + 1))
  if (cidr === undefined || cidr.version !== version) return `not an IPv${version} address: ${text}`
  // The kernel refuses these with EINVAL and no text (sys/kern/kern_jail.c, kern_jail_set).
  if (['0.0.0.0', '255.255.255.255'].includes(cidr.address) || sameAddress(cidr.address, '::'))
    return `${cidr.address} cannot be the address of a jail`
  if (name !== undefined && !isInterfaceName(name)) return `not the name of an interface: ${name}`
  const prefix = cidr.prefix ?? (version === 4 ? 32 : 128)
  return { address: cidr.address, prefix, ...(name === undefined ? {} : { interface: name }) }
}

/** `10.0.0.1/24`, `fd00::1/64`, or an address alone; an IPv4 mask may be written `/255.255.255.0`. */
export function parseCidr(text: string): { address: string; version: 4 | 6; prefix?: number } | undefined {
  const slash = text.indexOf('/')
  const address = slash === -1 ? text : text.slice(0, slash)
  const version = ipVersion(address)
  if (version === 0) return undefined
  if (slash === -1) return { address, version }
  const mask = text.slice(slash + 1)
  const prefix =
    version === 4 && mask.includes('.') ? maskLength(mask) : /^[0-9]{1,3}$/.test(mask) ? Number(mask) : -1
  if (prefix === undefined || prefix < 0 || prefix > (version === 4 ? 32 : 128)) return undefined
  return { address, version, prefix }
}

function maskLength(mask: string): number | undefined {
  if (ipVersion(mask) !== 4) return undefined
  const bits = mask.split('.').map(part => Number(part).toString(2).padStart(8, '0'))
  const match = /^(1*)0*$/.exec(bits.join(''))
  return match?.[1]?.length
}

/** True for two spellings of one address (`fd00:0::1` and `fd00::1`); both must be addresses. */
export function sameAddress(a: string, b: string): boolean {
  return a === b || (a.includes(':') && b.includes(':') && bitsOf(a) === bitsOf(b))
}

/** True when an address is in a network, which is written as one of its addresses (`10.0.0.11/24`); both must be valid. */
export function inNetwork(address: string, network: string): boolean {
  const cidr = parseCidr(network)
  if (cidr?.prefix === undefined || ipVersion(address) !== cidr.version) return false
  return bitsOf(address).slice(0, cidr.prefix) === bitsOf(cidr.address).slice(0, cidr.prefix)
}

/** An address in binary digits, 32 or 128. */
function bitsOf(address: string): string {
  return ipaddr
    .parse(address)
    .toByteArray()
    .map(byte => byte.toString(2).padStart(8, '0'))
    .join('')
}
