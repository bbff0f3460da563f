/**
 * Functions of later standard libraries that the oldest engine of the product lacks. QuickJS 2021-03-27 has the library of
 * ES2020 and String.prototype.replaceAll.
 */

/** Object.hasOwn: true when the object itself has the property; an inherited property does not count. */
export function hasOwn(object: object, name: PropertyKey): boolean {
  // biome-ignore lint/suspicious/noPrototypeBuiltins: this function replaces Object.hasOwn
  return Object.prototype.hasOwnProperty.call(object, name)
}

/** Array.prototype.at(-1): gives the last element; undefined for an empty list. */
export function last<T>(list: readonly T[]): T | undefined {
  return list[list.length - 1]
}

/** Array.prototype.findLastIndex: gives the index of the last element that fits; -1 when none fits. */
export function findLastIndex<T>(list: readonly T[], fits: (element: T) => boolean): number {
  for (let at = list.length - 1; at >= 0; at--) if (fits(list[at]!)) return at
  return -1
}

/** Array.prototype.findLast: gives the last element that fits; undefined when none fits. */
export function findLast<T>(list: readonly T[], fits: (element: T) => boolean): T | undefined {
  const at = findLastIndex(list, fits)
  return at === -1 ? undefined : list[at]
}
