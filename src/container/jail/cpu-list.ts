/** Lists of processors, as cpuset(1) takes and prints them. */

/**
 * Returns the sorted processor numbers of a list. It accepts the form `0-3,7`, which cpuset(1) takes, and the form `0,
 * 1, 2`, which cpuset(1) prints.
 */
export function cpuNumbers(list: string): number[] {
  const numbers = new Set<number>()
  for (const part of list.split(',')) {
    const [low, high = low] = part.trim().split('-').map(Number)
    if (low === undefined || high === undefined || Number.isNaN(low + high)) continue
    for (let cpu = low; cpu <= high; cpu += 1) numbers.add(cpu)
  }
  return [...numbers].sort((a, b) => a - b)
}
