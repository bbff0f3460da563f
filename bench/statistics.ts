/** What is said of repeated measurements. */

/** The middle value; of an even number of them the mean of the middle two. NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/** Distance between the first and the third quarter: how far the middle half of the values lies apart. */
export function spread(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other)
  const at = (part: number) => sorted[Math.round((sorted.length - 1) * part)]!
  return at(0.75) - at(0.25)
}
