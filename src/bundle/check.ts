/**
 * Checks a document against its schema. Values that do not fit are taken out of the document afterwards, so that the
 * checks that a schema cannot express still run on the rest and one run reports all errors.
 */
import type { ErrorObject } from 'ajv'
import type { JailwrightError } from '../errors.ts'
import { toConfigError } from './messages.ts'
import { place } from './property-path.ts'

/** A validator that is generated from a schema. It leaves what it found in `errors`. */
export interface Validator<T> {
  (value: unknown): value is T
  errors?: ErrorObject[] | null
}

/**
 * Returns the errors of a document; an empty list means that the document is a `T`. When there are errors the document
 * is changed: wrong values are removed, and a removed element of an array leaves a hole, so that the other elements
 * keep their numbers.
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
