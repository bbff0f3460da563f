/** File modes in chmod(1)'s forms, read as setmode(3) reads them and applied to a mode of 0. */

const BITS: Readonly<Record<string, number>> = { r: 0o444, w: 0o222, x: 0o111, X: 0, s: 0o6000, t: 0o1000 }
const WHO: Readonly<Record<string, number>> = { u: 0o4700, g: 0o2070, o: 0o1007, a: 0o7777 }

/** Gives the bits of a mode that is an octal number or a list of clauses such as `u=rw,go+r`; undefined for any other text. */
export function parseMode(text: string): number | undefined {
  if (/^[0-7]+$/.test(text)) {
    const mode = Number.parseInt(text, 8)
    return mode <= 0o7777 ? mode : undefined
  }
  let mode = 0
  for (const clause of text.split(',')) {
    const parts = /^([ugoa]*)((?:[-+=][rwxXst]*)+)$/.exec(clause)
    if (parts === null) return undefined
    const [, who = '', operations = ''] = parts
    const mask = who === '' ? 0o7777 : [...who].reduce((bits, letter) => bits | WHO[letter]!, 0)
    for (const [, operator, letters = ''] of operations.matchAll(/([-+=])([rwxXst]*)/g)) {
      const bits = mask & [...letters].reduce((sum, letter) => sum | BITS[letter]!, 0)
      if (operator === '-') mode &= ~bits
      else mode = (operator === '=' ? mode & ~mask : mode) | bits
    }
  }
  return mode
}
