/**
 * What a later standard library has and the oldest engine of the product has not (QuickJS 2021-03-27 has that of ES2020
 * and String.prototype.replaceAll).
 */

/** Object.hasOwn: true when the object itself has a property of this name. */
export function hasOwn(object: object, name: PropertyKey): boolean {
  // biome-ignore lint/suspicious/noPrototypeBuiltins: this is what stands in the place of Object.hasOwn
  return Object.prototype.hasOwnProperty.call(object, name)
}

/** Array.prototype.at(-1): the last element; undefined for an empty list. */
export function last<T>(list: readonly T[]): T | undefined {
  return list[list.length - 1]
}

/** Array.prototype.findLastIndex: index of the last element that fits; -1 when none does. */
export function findLastIndex<T>(list: readonly T[], fits: (element: T) => boolean): number {
  for (let at = list.length - 1; at >= 0; at--) if (fits(list[at]!)) return at
  return -1
}

/** Array.prototype.findLast: the last element that fits; undefined when none does. */
export function findLast<T>(list: readonly T[], fits: (element: T) => boolean): T | undefined {
  const at = findLastIndex(list, fits)
  return at === -1 ? undefined : list[at]
}
