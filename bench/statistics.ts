/** Statistics of repeated measurements. */

/** Gives the middle value, or, for an even number of values, the mean of the two in the middle; NaN for no values. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/** Gives the distance between the first and the third quartile, which is the width of the middle half of the values. */
export function spread(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other)
  const at = (part: number) => sorted[Math.round((sorted.length - 1) * part)]!
  return at(0.75) - at(0.25)
}
