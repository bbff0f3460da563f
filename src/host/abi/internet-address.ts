/** Internet addresses as inet_pton(3) reads them. */

/** Gives the four bytes of an IPv4 address; undefined for a text that is not four decimal numbers without leading zeros. */
export function parseIp4(text: string): Uint8Array | undefined {
  const parts = text.split('.')
  if (parts.length !== 4 || !parts.every(part => /^(0|[1-9][0-9]{0,2})$/.test(part) && Number(part) <= 255))
    return undefined
  return Uint8Array.from(parts, Number)
}

/** Gives the sixteen bytes of an IPv6 address, which may end with an IPv4 address; undefined for any other text. */
export function parseIp6(text: string): Uint8Array | undefined {
  const sides = text.split('::')
  if (sides.length > 2) return undefined
  const [before, after] = [groupsOf(sides[0]!, sides.length === 1), groupsOf(sides[1] ?? '', true)]
  if (before === undefined || after === undefined) return undefined
  const missing = 8 - before.length - after.length
  if (sides.length === 2 ? missing < 1 : missing !== 0) return undefined
  const groups = [...before, ...new Array<number>(missing).fill(0), ...after]
  return Uint8Array.from({ length: 16 }, (_, at) => (groups[at >> 1]! >> (at % 2 === 0 ? 8 : 0)) & 0xff)
}

/**
 * Gives the groups of 16 bits on one side of `::`; with `last`, the text may end with an IPv4 address. undefined for other
 * texts.
 */
function groupsOf(text: string, last: boolean): number[] | undefined {
  if (text === '') return []
  const groups: number[] = []
  const parts = text.split(':')
  for (const [index, part] of parts.entries()) {
    if (/^[0-9a-fA-F]{1,4}$/.test(part)) groups.push(Number.parseInt(part, 16))
    else {
      const four = last && index === parts.length - 1 ? parseIp4(part) : undefined
      if (four === undefined) return undefined
      groups.push((four[0]! << 8) | four[1]!, (four[2]! << 8) | four[3]!)
    }
  }
  return groups
}
