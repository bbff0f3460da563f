/** Reads and checks a bundle: a directory with a config.json (bundle.md of the runtime specification). */
import fs from 'node:fs'
import { ConfigErrors, JailwrightError } from '../errors.ts'
import { schemaErrors } from './check.ts'
import { checkConfig } from './config-checks.ts'
import { dropFileTypes } from './device-modes.ts'
import type { Config } from './generated/config.ts'
import validateConfig from './generated/validate-config.js'
import type { Findings } from './process-checks.ts'
import { fileError, nulErrors, parseJson, readText } from './read-json.ts'

/** A bundle that has passed all checks that need no look at the host. */
export interface Bundle {
  /** Absolute path of the directory, links resolved. */
  dir: string
  config: Config
  /** For the log, one line each. */
  warnings: readonly string[]
}

/**
 * Reads `<dir>/config.json` and checks it.
 * @throws ConfigErrors with every error found in it; JailwrightError CONFIG when it cannot be read or is no JSON.
 */
export function readBundle(dir: string): Bundle {
  const { dir: resolved, text, document } = readConfig(dir)
  const { errors, warnings } = configFindings(text, document)
  if (errors.length > 0) throw new ConfigErrors(errors)
  return { dir: resolved, config: document as Config, warnings }
}

/** What `validate` tells of a bundle: all errors and warnings. Expected failures of reading are errors here too. */
export function validateBundle(dir: string): {
  errors: readonly JailwrightError[]
  warnings: readonly string[]
} {
  try {
    const { text, document } = readConfig(dir)
    return configFindings(text, document)
  } catch (error) {
    if (error instanceof JailwrightError) return { errors: [error], warnings: [] }
    throw error
  }
}

/** All findings of a config's text; `document` is changed when there are errors (see `schemaErrors`). */
export function configFindings(text: string, document: unknown): Findings {
  const nul = nulErrors(text, document)
  dropFileTypes(document)
  const found: Findings = { errors: [...nul, ...schemaErrors(validateConfig, document)], warnings: [] }
  if (document !== null && typeof document === 'object' && !Array.isArray(document)) {
    checkConfig(document as Partial<Config>, found)
  }
  return found
}

function readConfig(dir: string): { dir: string; text: string; document: unknown } {
  let resolved: string
  try {
    resolved = fs.realpathSync.native(dir)
  } catch (error) {
    throw fileError(`${dir.replace(/\/+$/, '')}/config.json`, error)
  }
  const file = `${resolved === '/' ? '' : resolved}/config.json`
  const text = readText(file)
  return { dir: resolved, text, document: parseJson(text, file) }
}
