/** Reads the process object of `exec --process FILE`. */
import { ConfigErrors } from '../errors.ts'
import { schemaErrors } from './check.ts'
import type { Process } from './generated/config.ts'
import validateProcess from './generated/validate-process.js'
import { checkProcess, type Findings } from './process-checks.ts'
import { nulErrors, parseJson, readText } from './read-json.ts'

/**
 * Returns the process of a file or pipe (/dev/stdin), checked like `process` of a config.json.
 * @throws ConfigErrors with every error, whose paths begin with `process`; JailwrightError CONFIG when the file cannot
 * be read.
 */
export function readProcess(file: string): { process: Process; warnings: readonly string[] } {
  const text = readText(file, { pipes: true })
  const document = parseJson(text, file)
  const nul = nulErrors(text, document, 'process')
  const found: Findings = {
    errors: [...nul, ...schemaErrors(validateProcess, document, 'process')],
    warnings: [],
  }
  if (document !== null && typeof document === 'object' && !Array.isArray(document)) {
    checkProcess(document as Partial<Process>, 'process', found)
  }
  if (found.errors.length > 0) throw new ConfigErrors(found.errors, { ofBundle: false })
  return { process: document as Process, warnings: found.warnings }
}
