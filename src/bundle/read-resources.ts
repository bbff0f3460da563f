/** Reads the resources object of `update --resources FILE|-`. */
import { ConfigErrors } from '../errors.ts'
import { schemaErrors } from './check.ts'
import type { LinuxResources } from './generated/config.ts'
import validateResources from './generated/validate-resources.js'
import { nulErrors, parseJson } from './read-json.ts'

/**
 * Returns the resources of a JSON text, checked like `linux.resources` of a config.json.
 * @param name names the text in the message for a text that is not JSON: the path of a file or `standard input`.
 * @throws ConfigErrors with every error, whose paths begin with `resources`; JailwrightError CONFIG when the text is
 * not JSON.
 */
export function readResources(text: string, name = 'resources'): LinuxResources {
  const document = parseJson(text, name)
  const nul = nulErrors(text, document, 'resources')
  const errors = [...nul, ...schemaErrors(validateResources, document, 'resources')]
  if (errors.length > 0) throw new ConfigErrors(errors, { ofBundle: false })
  return document as LinuxResources
}
