/** Numbers that a seed fixes: the same seed tries the same points in the same order. */

/** A stream of such numbers. */
export interface Seeded {
  /** A whole number from 0 to `end` - 1. */
  below(end: number): number
  /** One element of a list that is not empty. */
  pick<T>(list: readonly T[]): T
  /** At most `count` elements, in random order. */
  sample<T>(list: readonly T[], count: number): T[]
}

/** The stream of a seed (mulberry32, a generator with 32 bits of state). */
export function seeded(seed: number): Seeded {
  let state = seed >>> 0
  const below = (end: number) => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * end)
  }
  const sample = <T>(list: readonly T[], count: number) => {
    const rest = [...list]
    const taken: T[] = []
    while (taken.length < count && rest.length > 0) taken.push(...rest.splice(below(rest.length), 1))
    return taken
  }
  return { below, pick: list => list[below(list.length)]!, sample }
}
