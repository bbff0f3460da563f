/** Reads and checks a bundle, which is a directory with a config.json (bundle.md of the runtime specification). */
import { ConfigErrors, type JailwrightError } from '../errors.ts'
import { realPath } from '../host/files.ts'
import { schemaErrors } from './check.ts'
import { checkConfig } from './config-checks.ts'
import { dropFileTypes } from './device-modes.ts'
import type { Config } from './generated/config.ts'
import validateConfig from './generated/validate-config.js'
import type { Findings } from './process-checks.ts'
import { fileError, nulErrors, parseJson, readText } from './read-json.ts'
import { remainder } from './remainder.ts'

/** A bundle that has passed all checks that do not need the host. */
export interface Bundle {
  /** Absolute path of the directory, without symbolic links. */
  dir: string
  config: Config
  /** Warnings for the log, one line each. */
  warnings: readonly string[]
}

/**
 * Reads `<dir>/config.json` and checks it.
 * @throws ConfigErrors with every error found in it; JailwrightError CONFIG when it cannot be read or is not JSON.
 */
export function readBundle(dir: string): Bundle {
  const { dir: resolved, text, document } = readConfig(dir)
  const { errors, warnings } = configFindings(text, document)
  if (errors.length > 0) throw new ConfigErrors(errors)
  return { dir: resolved, config: document as Config, warnings }
}

/** A bundle whose config may be wrong. */
export interface Examined {
  /** The bundle with the correct parts of the config, completed so that they fit the type. */
  bundle: Bundle
  /** The errors, and the config as it stands in the file; absent when there are no errors. */
  found?: { errors: readonly JailwrightError[]; document: unknown }
}

/**
 * Reads and checks a bundle as `readBundle` does, but continues with the correct parts when something is wrong.
 * @throws JailwrightError CONFIG when config.json cannot be read or is not JSON; ConfigErrors when the document is not
 * an object.
 */
export function examineBundle(dir: string): Examined {
  const { dir: resolved, text, document } = readConfig(dir)
  const { errors, warnings } = configFindings(text, document)
  const config = document as Config
  if (errors.length === 0) return { bundle: { dir: resolved, config, warnings } }
  if (!isObject(document)) throw new ConfigErrors(errors)
  return {
    bundle: { dir: resolved, config: remainder(document, errors), warnings },
    // schemaErrors has removed the wrong values from the document, so the text is parsed again.
    found: { errors, document: JSON.parse(text) },
  }
}

function isObject(document: unknown): document is Partial<Config> {
  return document !== null && typeof document === 'object' && !Array.isArray(document)
}

/** Returns all findings of a config's text. `document` is changed when there are errors (see `schemaErrors`). */
export function configFindings(text: string, document: unknown): Findings {
  const nul = nulErrors(text, document)
  dropFileTypes(document)
  const found: Findings = { errors: [...nul, ...schemaErrors(validateConfig, document)], warnings: [] }
  if (isObject(document)) checkConfig(document, found)
  return found
}

function readConfig(dir: string): { dir: string; text: string; document: unknown } {
  let resolved: string
  try {
    resolved = realPath(dir)
  } catch (error) {
    throw fileError(`${dir.replace(/\/+$/, '')}/config.json`, error)
  }
  const file = `${resolved === '/' ? '' : resolved}/config.json`
  const text = readText(file)
  return { dir: resolved, text, document: parseJson(text, file) }
}
