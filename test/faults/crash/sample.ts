/** A part of a list in which each kind has its share. */
import type { Seeded } from '../seeded.ts'

/** About `count` elements of a list in their order: of each kind its share, at least one. */
export function sampleOf<T>(
  list: readonly T[],
  kindOf: (element: T) => string,
  count: number,
  random: Seeded,
): T[] {
  const kinds = [...new Set(list.map(kindOf))]
  const taken = new Set(
    kinds.flatMap(kind => {
      const own = list.filter(element => kindOf(element) === kind)
      return random.sample(own, Math.max(1, Math.round((count * own.length) / list.length)))
    }),
  )
  return list.filter(element => taken.has(element))
}
