/** An address of an interface. Its mask is contiguous, so a prefix length describes the mask. */
export interface InterfaceAddress {
  family: 'inet' | 'inet6'
  /** Canonical text: dotted quad, or IPv6 as inet_ntop(3) prints it, without a scope. */
  address: string
  prefix: number
  /** IPv4 on a broadcast interface. */
  broadcast?: string
  /** The other end of a point-to-point interface. */
  destination?: string
  /** IPv6: the time (of `NetSurroundings.now`) until which duplicate address detection goes on. */
  tentativeUntil?: number | undefined
  /** IPv6: detection found another station with the address (IN6_IFF_DUPLICATED). */
  duplicated?: boolean
}

/** An IPv4 address as a number, also from the forms with fewer dots of inet_aton(3); undefined for another text. */
export function parseInet(text: string): number | undefined {
  const parts = text.split('.')
  if (parts.length > 4 || parts.some(part => !/^(0[xX][0-9a-fA-F]+|[0-9]+)$/.test(part))) return undefined
  const numbers = parts.map(part =>
    /^0[xX]/.test(part) ? Number(part) : /^0[0-7]+$/.test(part) ? Number.parseInt(part, 8) : Number(part),
  )
  const last = numbers.pop()!
  if (numbers.some(number => number > 255) || last >= 256 ** (4 - numbers.length)) return undefined
  return numbers.reduce((sum, number, place) => sum + number * 256 ** (3 - place), last)
}

/** Dotted quad of a 32-bit number. */
export function formatInet(value: number): string {
  return [24, 16, 8, 0].map(shift => Math.floor(value / 2 ** shift) % 256).join('.')
}

/** Network mask of a prefix length as a 32-bit number. */
export function maskOf(prefix: number): number {
  return prefix === 0 ? 0 : 2 ** 32 - 2 ** (32 - prefix)
}

/** Number of set bits of a mask (the netlink form of ifconfig(8) counts them, contiguous or not). */
export function prefixOf(mask: number): number {
  return [...mask.toString(2)].filter(bit => bit === '1').length
}

/** The network part of an IPv4 address as a number. */
export function networkOf(address: string, prefix: number): number {
  const block = 2 ** (32 - prefix)
  return Math.floor((parseInet(address) ?? 0) / block) * block
}

/** The eight groups of an IPv6 address, undefined for another text. A `%scope` is ignored. */
export function parseInet6(text: string): number[] | undefined {
  let body = text.replace(/%.*$/, '')
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(body)
  if (dotted !== null) {
    const four = parseInet(dotted[2]!)
    if (four === undefined) return undefined
    body = `${dotted[1]}${Math.floor(four / 65_536).toString(16)}:${(four % 65_536).toString(16)}`
  }
  const halves = body.split('::')
  if (halves.length > 2) return undefined
  const groups = (half: string): string[] => (half === '' ? [] : half.split(':'))
  const head = groups(halves[0]!)
  const tail = halves.length === 2 ? groups(halves[1]!) : []
  const all = [...head, ...tail]
  if (all.some(group => !/^[0-9a-fA-F]{1,4}$/.test(group))) return undefined
  if (halves.length === 1 ? all.length !== 8 : all.length > 7) return undefined
  const zeros = Array.from({ length: 8 - all.length }, () => '0')
  return [...head, ...zeros, ...tail].map(group => Number.parseInt(group, 16))
}

/** inet_ntop(3): the longest run of zero groups shortened, lower case. */
export function formatInet6(groups: readonly number[]): string {
  let best = { start: -1, length: 1 }
  for (let start = 0; start < 8; start += 1) {
    let length = 0
    while (start + length < 8 && groups[start + length] === 0) length += 1
    if (length > best.length) best = { start, length }
  }
  const hex = (part: readonly number[]): string => part.map(group => group.toString(16)).join(':')
  if (best.start < 0) return hex(groups)
  return `${hex(groups.slice(0, best.start))}::${hex(groups.slice(best.start + best.length))}`
}

/** Whether the first `prefix` bits of two IPv6 addresses are equal. */
export function sameNetwork6(a: readonly number[], b: readonly number[], prefix: number): boolean {
  for (let bit = 0; bit < prefix; bit += 16) {
    const mask = prefix - bit >= 16 ? 0xffff : (0xffff << (16 - (prefix - bit))) & 0xffff
    if ((a[bit / 16]! & mask) !== (b[bit / 16]! & mask)) return false
  }
  return true
}

/** The network address of an IPv6 prefix as text. */
export function network6(address: string, prefix: number): string {
  const groups = (parseInet6(address) ?? []).map((group, place) => {
    const bits = Math.min(16, Math.max(0, prefix - place * 16))
    return group & ((0xffff << (16 - bits)) & 0xffff)
  })
  return formatInet6(groups)
}

/** True for an IPv6 address of fe80::/10. */
export function isLinkLocal(address: string): boolean {
  const first = parseInet6(address)?.[0]
  return first !== undefined && (first & 0xffc0) === 0xfe80
}

/** The link-local address of an interface from its MAC address (modified EUI-64). */
export function linkLocalOf(ether: string): string {
  const bytes = ether.split(':').map(byte => Number.parseInt(byte, 16))
  const pair = (high: number, low: number): number => high * 256 + low
  const id = [
    pair(bytes[0]! ^ 2, bytes[1]!),
    pair(bytes[2]!, 0xff),
    pair(0xfe, bytes[3]!),
    pair(bytes[4]!, bytes[5]!),
  ]
  return formatInet6([0xfe80, 0, 0, 0, ...id])
}
