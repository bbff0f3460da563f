/** Applies a config patch (types.ts, ConfigPatch) to a config. */
import type { ConfigPatch, Json, JsonObject } from '../types.ts'

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A new config with the patch applied; neither argument is changed. */
export function merge(base: JsonObject, patch: ConfigPatch, top = true): JsonObject {
  const result: Record<string, Json> = { ...base }
  for (const [key, value] of Object.entries(patch)) {
    const before = result[key]
    if (value === null) {
      delete result[key]
    } else if (top && key === 'mounts' && isObject(value) && value.replace !== undefined) {
      result[key] = value.replace
    } else if (top && key === 'mounts' && Array.isArray(value) && Array.isArray(before)) {
      result[key] = [...before, ...value]
    } else if (isObject(value)) {
      result[key] = merge(isObject(before) ? before : {}, value, false)
    } else {
      result[key] = value
    }
  }
  return result
}

/** The same value with every string changed by `change`, property names too. */
export function mapStrings(value: Json, change: (text: string) => string): Json {
  if (typeof value === 'string') return change(value)
  if (Array.isArray(value)) return value.map(one => mapStrings(one, change))
  if (isObject(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([key, one]) => [change(key), mapStrings(one, change)]),
    )
  }
  return value
}
