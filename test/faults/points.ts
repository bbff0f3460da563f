/** Which points of many are tried: all of them, or a sample in which each kind has its share. */
import type { Seeded } from './seeded.ts'

/**
 * All points, or `count` of them: one of each kind in turn, in random order. `kindOf` names a point's kind.
 */
export function choose<T>(
  points: readonly T[],
  kindOf: (point: T) => string,
  { random, long }: { random: Seeded; long: boolean },
  count: number,
): T[] {
  if (long) return [...points]
  const kinds = new Map<string, T[]>()
  for (const point of random.sample(points, points.length)) {
    const kind = kindOf(point)
    kinds.set(kind, [...(kinds.get(kind) ?? []), point])
  }
  const chosen: T[] = []
  const queues = random.sample([...kinds.values()], kinds.size)
  for (let round = 0; chosen.length < Math.min(count, points.length); round++)
    for (const queue of queues) {
      const point = queue[round]
      if (point !== undefined && chosen.length < count) chosen.push(point)
    }
  return chosen
}
