/**
 * A document against its schema, in words. What does not fit is taken out afterwards, so that the checks that a schema
 * cannot say still run on the rest and all errors are told at once.
 */
import type { ErrorObject } from 'ajv'
import type { JailwrightError } from '../errors.ts'
import { toConfigError } from './messages.ts'
import { place } from './property-path.ts'

/** A generated validator. */
export interface Validator<T> {
  (value: unknown): value is T
  errors?: ErrorObject[] | null
}

/**
 * Errors of a document; none means that it is a `T`. Changes the document when there are errors: wrong values are
 * removed (elements of arrays leave a hole, so that the numbers of the others stay).
 */
export function schemaErrors<T>(validate: Validator<T>, document: unknown, prefix = ''): JailwrightError[] {
  if (validate(document)) return []
  const found = validate.errors ?? []
  const errors = found.map(error => toConfigError(error, document, prefix))
  for (const error of found) {
    if (error.keyword === 'required') continue
    const { holder, key } = place(error.instancePath, document)
    if (key !== undefined && holder !== null && typeof holder === 'object')
      Reflect.deleteProperty(holder, key)
  }
  return errors
}
