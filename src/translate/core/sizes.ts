/** Sizes with units and percentages. */

const UNITS: Readonly<Record<string, bigint>> = {
  '': 1n,
  k: 1n << 10n,
  m: 1n << 20n,
  g: 1n << 30n,
  t: 1n << 40n,
}

/**
 * The bytes of a size in the notations of Linux's tmpfs and FreeBSD's expand_number(3): digits with an optional unit, a
 * power of 1024 (`64m`, `64mb`, `64MiB`), or a percentage of `memory`. undefined for any other text.
 */
export function parseSize(text: string, memory: () => bigint): bigint | undefined {
  const percent = /^([0-9]{1,3})%$/.exec(text)
  if (percent) return (memory() * BigInt(percent[1]!)) / 100n
  const match = /^([0-9]+)(?:([kmgt])(?:i?b)?|b)?$/i.exec(text)
  if (!match) return undefined
  return BigInt(match[1]!) * UNITS[(match[2] ?? '').toLowerCase()]!
}
