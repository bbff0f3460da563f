/** Pseudo-random numbers from a seed: with the same seed, a run tries the same points in the same order. */

/** A stream of pseudo-random numbers. */
export interface Seeded {
  /** Gives a whole number from 0 to `end` - 1. */
  below(end: number): number
  /** Gives one element of a list, which must not be empty. */
  pick<T>(list: readonly T[]): T
  /** Gives at most `count` elements of a list, in random order. */
  sample<T>(list: readonly T[], count: number): T[]
}

/** Gives the stream of a seed (mulberry32, a generator with 32 bits of state). */
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
