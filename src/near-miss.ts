/** Recognising a word with one typing mistake, or with other capitals and signs. */

/** A name without what people mistake in it: capitals, dots, underscores and other signs. */
export const plain = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, '')

/**
 * True when two words are equal or differ by one mistake: a wrong, missing or extra letter, or two neighbours swapped. The
 * case of letters counts.
 */
export function isNearMiss(given: string, known: string): boolean {
  let start = 0
  while (start < given.length && given[start] === known[start]) start += 1
  const [a, b] = [given.slice(start), known.slice(start)]
  return (
    a === b ||
    a.slice(1) === b ||
    a === b.slice(1) ||
    a.slice(1) === b.slice(1) ||
    (a.slice(2) === b.slice(2) && a[0] === b[1] && a[1] === b[0])
  )
}
