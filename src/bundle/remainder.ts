/**
 * Keeps the correct part of a config with errors, completed so that it fits the type. The translation of that part
 * finds further errors, so that one run reports them all. An object that says nothing without its wrong or missing part
 * is left out; a removed element of a list leaves a hole, so that the other elements keep their numbers.
 */
import type { JailwrightError } from '../errors.ts'
import type { Config, Hook, Rlimit } from './generated/config.ts'

/**
 * Changes a document, from which `schemaErrors` has removed wrong values, into a config. Errors that the translation
 * reports about the properties named in `errors` are not reliable; errors about other properties are.
 */
export function remainder(document: Partial<Config>, errors: readonly JailwrightError[]): Config {
  const wrong = new Set(errors.map(({ subject }) => subject))
  dropNul(document)
  const { process, mounts, hooks, linux, freebsd } = document
  // process-checks.ts has reported every error of the environment, and the environment is used only as a whole.
  if (process) Reflect.deleteProperty(process, 'env')
  if (process?.rlimits) completeRlimits(process.rlimits)
  mounts?.forEach((mount, index) => {
    // The type decides which options are right, so a mount without a type cannot be checked further.
    if (wrong.has(`mounts[${index}].type`)) Reflect.deleteProperty(mounts, index)
    else mount.destination ??= `/mounts/${index}`
  })
  // A kind that the specification does not define may hold any value, and the translation ignores it.
  for (const list of Object.values(hooks ?? {}) as unknown[]) {
    if (Array.isArray(list)) keep(list as Partial<Hook>[], hook => hook?.path !== undefined)
  }
  keep(linux?.devices, device => device.path !== undefined && device.type !== undefined)
  keep(linux?.resources?.devices, rule => rule.allow !== undefined)
  keep(freebsd?.devices, device => device.path !== undefined)
  return document as Config
}

/** Removes the elements that are not whole; a removed element leaves a hole. */
function keep<T>(list: T[] | undefined, isWhole: (element: T) => boolean): void {
  list?.forEach((element, index) => {
    if (!isWhole(element)) Reflect.deleteProperty(list, index)
  })
}

/** Completes limits that lack a number: an unknown type is reported whatever else is wrong with the limit. */
function completeRlimits(limits: Partial<Rlimit>[]): void {
  keep(limits, limit => limit.type !== undefined)
  for (const limit of Object.values(limits)) {
    limit.soft ??= limit.hard ?? 0
    limit.hard ??= limit.soft
  }
}

/** Removes every text with a NUL, because the host layer throws on it (`cString`). */
function dropNul(value: unknown): void {
  if (value === null || typeof value !== 'object') return
  for (const [key, part] of Object.entries(value)) {
    if (key.includes('\0') || (typeof part === 'string' && part.includes('\0')))
      Reflect.deleteProperty(value, key)
    else dropNul(part)
  }
}
