/** Structures of ioctl(2) on network interfaces of FreeBSD (net/if.h, netinet/in_var.h, netinet6/in6_var.h). */
import { encode } from '../../bytes.ts'
import { type Memory, memory } from '../ffi/memory.ts'

/** Requests of ioctl(2). */
export const SIOC = {
  AIFADDR: 0x8044692b,
  AIFADDR_IN6: 0x8088691b,
  GIFFLAGS: 0xc0206911,
  SIFFLAGS: 0x80206910,
} as const

/** The address family of IPv4. */
export const AF_INET = 2
/** The address family of IPv6; the number is FreeBSD's. */
export const AF_INET6 = 28
/** The type of a datagram socket. */
export const SOCK_DGRAM = 2
/** The flag of an interface that is up. */
export const IFF_UP = 1

/** struct ifreq with ifr_flags. */
export const IFREQ = { size: 32, flags: 16 } as const
/** struct in_aliasreq. */
export const IN_ALIASREQ = { size: 68, address: 16, mask: 48 } as const
/** struct in6_aliasreq. */
export const IN6_ALIASREQ = {
  size: 136,
  address: 16,
  mask: 72,
  validLifetime: 120,
  preferredLifetime: 124,
} as const
/** struct sockaddr_in and struct sockaddr_in6. */
export const SOCKADDR_IN = { size: 16, address: 4 } as const
export const SOCKADDR_IN6 = { size: 28, address: 8 } as const
/** ND6_INFINITE_LIFETIME. */
const FOREVER = 0xffffffff

function named(size: number, name: string): Memory {
  const request = memory(size)
  request.set(encode(name))
  return request
}

/** Gives a struct ifreq with an interface's name. */
export function interfaceRequest(name: string): Memory {
  return named(IFREQ.size, name)
}

/** Gives the network mask of a prefix length as bytes. */
function maskOf(prefix: number, size: number): number[] {
  return Array.from({ length: size }, (_, at) => (0xff00 >> Math.max(0, Math.min(8, prefix - 8 * at))) & 0xff)
}

/** Gives the struct in_aliasreq that adds an address with a prefix length to an interface. */
export function addressRequest(name: string, address: Uint8Array, prefix: number): Memory {
  const request = named(IN_ALIASREQ.size, name)
  for (const [at, bytes] of [
    [IN_ALIASREQ.address, address],
    [IN_ALIASREQ.mask, maskOf(prefix, 4)],
  ] as const) {
    request.set([SOCKADDR_IN.size, AF_INET], at)
    request.set(bytes, at + SOCKADDR_IN.address)
  }
  return request
}

/** Gives the struct in6_aliasreq that adds an address with a prefix length to an interface; the address never expires. */
export function address6Request(name: string, address: Uint8Array, prefix: number): Memory {
  const request = named(IN6_ALIASREQ.size, name)
  for (const [at, bytes] of [
    [IN6_ALIASREQ.address, address],
    [IN6_ALIASREQ.mask, maskOf(prefix, 16)],
  ] as const) {
    request.set([SOCKADDR_IN6.size, AF_INET6], at)
    request.set(bytes, at + SOCKADDR_IN6.address)
  }
  request.writeUInt32(FOREVER, IN6_ALIASREQ.validLifetime)
  request.writeUInt32(FOREVER, IN6_ALIASREQ.preferredLifetime)
  return request
}
