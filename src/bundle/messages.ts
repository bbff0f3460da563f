/** Turns the errors of ajv into one line each, with the property path, what is allowed and what was given. */
import type { ErrorObject } from 'ajv'
import { JailwrightError } from '../errors.ts'
import { childPath, place } from './property-path.ts'

/** Describes a value in less than a line: strings and numbers as JSON, objects and arrays by their kind. */
export function describeValue(value: unknown): string {
  if (Array.isArray(value)) return 'an array'
  if (value !== null && typeof value === 'object') return 'an object'
  if (value === undefined) return 'nothing'
  const text = JSON.stringify(value)
  return text.length <= 60 ? text : `${text.slice(0, 57)}...`
}

/** The requirement of each pattern of the schemas, in words. A test asserts that no pattern is missing. */
export const PATTERNS: Readonly<Record<string, string>> = {
  '^RLIMIT_[A-Z]+$': 'must be RLIMIT_ and capital letters, such as RLIMIT_NOFILE',
  '^[0-9, -]*$': 'must be a list of CPUs such as 0-3,7',
  '^[1-9][0-9]*[KMG]B$': 'must be a size such as 64KB, 2MB or 1GB',
  '^[cbup]$': 'must be one of c, u (character), b (block), p (FIFO)',
  '^MB:[^\\n]*$': 'must be one line that begins with MB:',
  '^CAP_[A-Z_]+$': 'must be the name of a capability, such as CAP_CHOWN',
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'a string',
  boolean: 'true or false',
  integer: 'a whole number',
  object: 'an object',
  array: 'an array',
}

/** Returns a hint for a property that holds a mode. People write modes in octal, and JSON has no octal numbers. */
const modeHint = (path: string): string =>
  /(^|\.)(fileMode|mode)$/.test(path)
    ? ' (permission bits as a decimal number: 0666 is 438, 0777 is 511)'
    : ''

function complaint(error: ErrorObject, path: string, value: unknown): string {
  const params = error.params as Record<string, unknown>
  const got = `, got ${describeValue(value)}`
  switch (error.keyword) {
    case 'type': {
      const type = TYPES[String(params.type)] ?? String(params.type)
      return `must be ${type}${params.type === 'integer' ? modeHint(path) : ''}${got}`
    }
    case 'enum':
      return `must be one of ${(params.allowedValues as unknown[]).join(', ')}${got}`
    case 'minimum':
      return `must be ${whole(params.limit)} or more${got}`
    case 'maximum':
      return `must be ${whole(params.limit)} or less${modeHint(path)}${got}`
    case 'pattern':
      return `${PATTERNS[String(params.pattern)] ?? `must match ${params.pattern}`}${got}`
    case 'minItems':
      return `must have at least ${params.limit === 1 ? 'one element' : `${params.limit} elements`}`
    default:
      return `is not valid (${error.keyword})${got}`
  }
}

/**
 * Returns a limit with all its digits. 2^63 - 1 and 2^64 - 1 are not JavaScript numbers, and ajv compares with the next
 * number above, which is a power of two.
 */
function whole(limit: unknown): string {
  const value = Number(limit)
  if (value > Number.MAX_SAFE_INTEGER) return String(BigInt(value) - 1n)
  return value < Number.MIN_SAFE_INTEGER ? String(BigInt(value)) : String(value)
}

/**
 * Turns an error of ajv into an error for people: `mounts[3].destination: must be a string, got 5`.
 * @param prefix stands before the path; it is `process` for the file of `exec --process`.
 */
export function toConfigError(error: ErrorObject, document: unknown, prefix = ''): JailwrightError {
  const at = place(error.instancePath, document, prefix)
  if (error.keyword === 'required') {
    const path = childPath(at.path, String((error.params as Record<string, unknown>).missingProperty))
    return configError(path, 'is required')
  }
  return configError(at.path, complaint(error, at.path, at.value))
}

/** Returns an error about a property. The property's path stands before the message and is the error's subject. */
export function configError(path: string, message: string, hint?: string): JailwrightError {
  const line = path === '' ? `the document ${message}` : `${path}: ${message}`
  return new JailwrightError('CONFIG', line, { subject: path === '' ? undefined : path, hint })
}
