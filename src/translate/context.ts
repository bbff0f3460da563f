/**
 * What the files of this folder share while one config is translated: the input, and the places where errors,
 * warnings and fates are collected so that all of them are known at the end.
 */
import type { Config } from '../bundle/generated/config.ts'
import { type ErrorCode, JailwrightError } from '../errors.ts'
import type { Fate, HostFacts } from './plan.ts'

/** Everything that translation is given. */
export interface TranslateInput {
  /** Container id, as on the command line. */
  id: string
  bundle: { dir: string; config: Config }
  facts: HostFacts
  /** What to do when resource limits cannot hold; the annotation `org.jailwright.limits.mode` when absent. */
  limits?: 'strict' | 'best-effort' | undefined
}

/** The state of one translation. */
export interface Context {
  readonly id: string
  readonly config: Config
  readonly bundleDir: string
  readonly facts: HostFacts
  readonly annotations: Readonly<Record<string, string>>
  /** Name without the parent. */
  readonly ownName: string
  readonly errors: JailwrightError[]
  readonly warnings: string[]
  readonly fates: Map<string, Fate>
  /** Records an error about a property; translation goes on, so that all errors are reported at once. */
  fail(property: string, text: string, options?: { code?: ErrorCode; hint?: string }): void
  warn(text: string): void
  /** Says what became of a property; a later call for the same property wins. */
  fate(property: string, fate: Fate['fate'], note: string): void
}

/** Makes the context of one translation. */
export function createContext(input: TranslateInput, ownName: string): Context {
  const errors: JailwrightError[] = []
  const warnings: string[] = []
  const fates = new Map<string, Fate>()
  const fate: Context['fate'] = (property, kind, note) => {
    fates.set(property, { property, fate: kind, note })
  }
  return {
    id: input.id,
    config: input.bundle.config,
    bundleDir: input.bundle.dir,
    facts: input.facts,
    annotations: input.bundle.config.annotations ?? {},
    ownName,
    errors,
    warnings,
    fates,
    fail(property, text, options = {}) {
      errors.push(
        new JailwrightError(options.code ?? 'CONFIG', `${property}: ${text}`, {
          subject: property,
          ...(options.hint === undefined ? {} : { hint: options.hint }),
        }),
      )
      fate(property, 'refused', text)
    },
    warn(text) {
      if (!warnings.includes(text)) warnings.push(text)
    },
    fate,
  }
}

/** The property path of an annotation: `annotations["org.freebsd.jail.vnet"]`. */
export function annotationPath(name: string): string {
  return `annotations[${JSON.stringify(name)}]`
}

/** True for a config made for Linux: it has a `linux` section and no `freebsd` section. */
export function isLinuxConfig(config: Config): boolean {
  return config.linux !== undefined && config.linux !== null && !config.freebsd
}
