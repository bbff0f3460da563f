/**
 * What is left of a config with errors, made whole to its type, so that it can be translated and what is wrong with the
 * rest is told at the same time. What a wrong or missing part belongs to is left out where it says nothing without that part;
 * elements of lists leave a hole, so that the numbers of the others stay.
 */
import type { JailwrightError } from '../errors.ts'
import type { Config, Hook, Rlimit } from './generated/config.ts'

/**
 * Changes a document of which `schemaErrors` has removed wrong values into a config. The translation of it says nothing
 * true about the properties that `errors` names, only about the others.
 */
export function remainder(document: Partial<Config>, errors: readonly JailwrightError[]): Config {
  const wrong = new Set(errors.map(({ subject }) => subject))
  dropNul(document)
  const { process, mounts, hooks, linux, freebsd } = document
  // All that there is to say of it has been said (process-checks.ts), and it is used as a whole.
  if (process) Reflect.deleteProperty(process, 'env')
  if (process?.rlimits) completeRlimits(process.rlimits)
  mounts?.forEach((mount, index) => {
    // Without the type nobody knows which options are right.
    if (wrong.has(`mounts[${index}].type`)) Reflect.deleteProperty(mounts, index)
    else mount.destination ??= `/mounts/${index}`
  })
  // Of kinds that the specification does not have anything may be there, and is left alone by the translation.
  for (const list of Object.values(hooks ?? {}) as unknown[]) {
    if (Array.isArray(list)) keep(list as Partial<Hook>[], hook => hook?.path !== undefined)
  }
  keep(linux?.devices, device => device.path !== undefined && device.type !== undefined)
  keep(linux?.resources?.devices, rule => rule.allow !== undefined)
  keep(freebsd?.devices, device => device.path !== undefined)
  return document as Config
}

function keep<T>(list: T[] | undefined, isWhole: (element: T) => boolean): void {
  list?.forEach((element, index) => {
    if (!isWhole(element)) Reflect.deleteProperty(list, index)
  })
}

/** A limit of an unknown type is worth telling, whatever else is wrong with it. */
function completeRlimits(limits: Partial<Rlimit>[]): void {
  keep(limits, limit => limit.type !== undefined)
  for (const limit of Object.values(limits)) {
    limit.soft ??= limit.hard ?? 0
    limit.hard ??= limit.soft
  }
}

/** No text with a NUL may reach a system call: the host layer refuses it at once (`cString`). */
function dropNul(value: unknown): void {
  if (value === null || typeof value !== 'object') return
  for (const [key, part] of Object.entries(value)) {
    if (key.includes('\0') || (typeof part === 'string' && part.includes('\0')))
      Reflect.deleteProperty(value, key)
    else dropNul(part)
  }
}
