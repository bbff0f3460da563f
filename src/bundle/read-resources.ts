/** Reads the resources object of `update --resources FILE|-`. */
import { ConfigErrors } from '../errors.ts'
import { schemaErrors } from './check.ts'
import type { LinuxResources } from './generated/config.ts'
import validateResources from './generated/validate-resources.js'
import { nulErrors, parseJson } from './read-json.ts'

/**
 * Resources from a JSON text, checked like `linux.resources` of a config.json.
 * @param name what the text is, for the message of a text that is no JSON: a file's path or `standard input`.
 * @throws ConfigErrors with every error, paths beginning with `resources`; JailwrightError CONFIG when it is no JSON.
 */
export function readResources(text: string, name = 'resources'): LinuxResources {
  const document = parseJson(text, name)
  const nul = nulErrors(text, document, 'resources')
  const errors = [...nul, ...schemaErrors(validateResources, document, 'resources')]
  if (errors.length > 0) throw new ConfigErrors(errors, { ofBundle: false })
  return document as LinuxResources
}
