/** Compares answers with expectations; the result is a reason in words, or undefined when the answer matches. */
import type { JsonMatcher, TextMatcher } from '../types.ts'

function short(text: string): string {
  const one = JSON.stringify(text)
  return one.length > 400 ? `${one.slice(0, 400)}...` : one
}

/**
 * Compares text.
 *
 * @param expand fills placeholders in expected strings
 */
export function matchText(
  actual: string,
  expected: TextMatcher,
  expand: (text: string) => string,
): string | undefined {
  if (typeof expected === 'string') {
    const wanted = expand(expected)
    return actual.trimEnd() === wanted.trimEnd()
      ? undefined
      : `expected ${short(wanted)}, got ${short(actual)}`
  }
  if (expected instanceof RegExp) {
    return expected.test(actual) ? undefined : `expected ${expected}, got ${short(actual)}`
  }
  if ('not' in expected) {
    return matchText(actual, expected.not, expand) === undefined
      ? `expected anything but ${describe(expected.not)}, got ${short(actual)}`
      : undefined
  }
  for (const one of expected) {
    const reason = matchText(actual, one, expand)
    if (reason !== undefined) return reason
  }
  return undefined
}

function describe(expected: TextMatcher): string {
  return expected instanceof RegExp ? String(expected) : JSON.stringify(expected)
}

/** Compares a JSON value; `path` is the place of the value in the whole answer. */
export function matchJson(
  actual: unknown,
  expected: JsonMatcher,
  expand: (text: string) => string,
  path = '',
): string | undefined {
  const at = path === '' ? 'value' : path
  if (expected === undefined)
    return actual === undefined ? undefined : `${at}: expected none, got ${JSON.stringify(actual)}`
  if (typeof expected === 'function') {
    return expected(actual) ? undefined : `${at}: not as expected: ${JSON.stringify(actual)}`
  }
  if (expected instanceof RegExp) {
    return typeof actual === 'string' && expected.test(actual)
      ? undefined
      : `${at}: expected ${expected}, got ${JSON.stringify(actual)}`
  }
  if (typeof expected === 'string') {
    const wanted = expand(expected)
    return actual === wanted ? undefined : `${at}: expected ${short(wanted)}, got ${JSON.stringify(actual)}`
  }
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual) || actual.length !== expected.length) {
      return `${at}: expected ${expected.length} entries, got ${JSON.stringify(actual)}`
    }
    for (const [index, one] of expected.entries()) {
      const reason = matchJson(actual[index], one, expand, `${path}[${index}]`)
      if (reason !== undefined) return reason
    }
    return undefined
  }
  if (typeof expected === 'object' && expected !== null) {
    if (typeof actual !== 'object' || actual === null)
      return `${at}: expected an object, got ${JSON.stringify(actual)}`
    for (const [key, one] of Object.entries(expected)) {
      const value = (actual as Record<string, unknown>)[key]
      const reason = matchJson(value, one, expand, path === '' ? key : `${path}.${key}`)
      if (reason !== undefined) return reason
    }
    return undefined
  }
  return actual === expected
    ? undefined
    : `${at}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual)}`
}
