const INT_MAX = 2_147_483_647

/** strtol-like eatoi of devfs(8): a whole decimal number in an int, undefined otherwise. */
export function toInteger(text: string): number | undefined {
  if (!/^\s*[-+]?[0-9]+$/.test(text)) return undefined
  const value = Number(text)
  return Math.abs(value) <= INT_MAX ? value : undefined
}

const SUFFIXES = 'kmgtpe'

/** expand_number(3): digits with an optional suffix k m g t p e (powers of 1024, any case). undefined when refused. */
export function expandNumber(text: string): bigint | undefined {
  const found = /^\s*([0-9]+|0[xX][0-9a-fA-F]+)([a-zA-Z]?)([bB]?)$/.exec(text)
  if (found === null) return undefined
  const letter = found[2]!.toLowerCase()
  const power = letter === '' || letter === 'b' ? 0 : SUFFIXES.indexOf(letter) + 1
  if (letter !== '' && letter !== 'b' && power === 0) return undefined
  const digits = found[1]!
  // strtoumax(3) with base 0: a leading zero means octal, as in C.
  const octal = /^0[0-9]/.test(digits)
  if (octal && /[89]/.test(digits)) return undefined
  const value = BigInt(octal ? `0o${digits.slice(1)}` : digits) << BigInt(10 * power)
  return value < 1n << 64n ? value : undefined
}

/** humanize_number(3) with a buffer of `length` bytes, HN_AUTOSCALE, HN_DECIMAL and HN_NOSPACE, no suffix. */
export function humanizeNumber(value: bigint, length: number): string {
  // One column is for the digit that is always printed, one for the NUL at the end.
  const max = 10n ** BigInt(length - 2)
  const cut = 973n
  let quotient = value
  let remainder = 0n
  let scale = 0
  while (scale < 6 && (quotient >= max || (quotient === max - 1n && remainder >= cut))) {
    remainder = quotient % 1024n
    quotient /= 1024n
    scale += 1
  }
  const prefix = ['', 'K', 'M', 'G', 'T', 'P', 'E'][scale]!
  if (scale > 0 && (quotient < 9n || (quotient === 9n && remainder < cut))) {
    const tenths = (remainder * 10n + 512n) / 1024n
    return `${quotient + tenths / 10n}.${tenths % 10n}${prefix}`
  }
  return `${quotient + (remainder + 512n) / 1024n}${prefix}`
}
