/** What the standard library has since ES2022 and the engine of the program (ES2020) has not. */

/** True when an object has a property of its own, as Object.hasOwn. */
export function hasOwn(object: object, key: string): boolean {
  return Object.hasOwn(object, key)
}

/** Index of the last element that fits, as Array.findLastIndex; -1 for none. */
export function findLastIndex<T>(list: readonly T[], fits: (element: T) => boolean): number {
  for (let at = list.length - 1; at >= 0; at -= 1) if (fits(list[at] as T)) return at
  return -1
}

/** The last element that fits, as Array.findLast. */
export function findLast<T>(list: readonly T[], fits: (element: T) => boolean): T | undefined {
  const at = findLastIndex(list, fits)
  return at === -1 ? undefined : list[at]
}
