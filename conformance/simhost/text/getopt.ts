import type { Output } from './output.ts'

/** One option found: its letter and, for letters followed by `:` in the option string, its argument. */
export interface Option {
  letter: string
  value: string
}

/**
 * getopt(3): the options up to the first word that is no option (or up to `--`), and the remaining words.
 * An unknown letter gives FreeBSD's message and the letter `?`.
 */
export function getopt(
  argv: readonly string[],
  letters: string,
  out: Output,
): { options: Option[]; rest: string[] } {
  const options: Option[] = []
  let at = 0
  while (at < argv.length) {
    const word = argv[at]!
    if (word === '--') {
      at += 1
      break
    }
    if (!word.startsWith('-') || word === '-') break
    at += 1
    for (let i = 1; i < word.length; i += 1) {
      const letter = word[i]!
      const place = letter === ':' ? -1 : letters.indexOf(letter)
      if (place < 0) {
        out.warn(`illegal option -- ${letter}`)
        options.push({ letter: '?', value: '' })
        continue
      }
      if (letters[place + 1] !== ':') {
        options.push({ letter, value: '' })
        continue
      }
      const attached = word.slice(i + 1)
      const value = attached !== '' ? attached : argv[at]
      if (attached === '') at += 1
      if (value === undefined) {
        out.warn(`option requires an argument -- ${letter}`)
        options.push({ letter: '?', value: '' })
      } else {
        options.push({ letter, value })
      }
      break
    }
  }
  return { options, rest: argv.slice(at) }
}
