/**
 * What the files of this folder share while one config is translated: the input, and the places where errors,
 * warnings and fates are collected so that all of them are known at the end.
 */
import type { Config } from '../../bundle/generated/config.ts'
import { type ErrorCode, JailwrightError } from '../../errors.ts'
import type { Fate, HostFacts } from './plan.ts'

/** Everything that translation is given. */
export interface TranslateInput {
  /** Container id, as on the command line. */
  id: string
  bundle: { dir: string; config: Config }
  facts: HostFacts
  /** What to do when resource limits cannot hold; the annotation `org.jailwright.limits.mode` when absent. */
  limits?: 'strict' | 'best-effort' | undefined
  /** Errors that the checks of the bundle found; `config` is then what remains without the wrong properties. */
  found?: Found | undefined
}

/** Errors of a config that were found before its translation, and the config as it stands in the file. */
interface Found {
  errors: readonly JailwrightError[]
  document: unknown
}

/** What else is to be said of an error. */
interface FailOptions {
  code?: ErrorCode
  hint?: string
  /**
   * True for properties whose absence could cause this error. If one of them was dropped as invalid, this error is
   * suppressed.
   */
  lacks?: (property: string) => boolean
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
  fail(property: string, text: string, options?: FailOptions): void
  /** Records a warning once. A config with errors gets no warnings: their reason may be a property that was dropped. */
  warn(text: string): void
  /** Says what became of a property. A later call for the same property wins, except that `refused` stays. */
  fate(property: string, fate: Fate['fate'], note: string): void
}

/** Makes the context of one translation. */
export function createContext(input: TranslateInput, ownName: string): Context {
  const errors: JailwrightError[] = []
  const warnings: string[] = []
  const fates = new Map<string, Fate>()
  const fate: Context['fate'] = (property, kind, note) => {
    const before = fates.get(property)
    if (before?.fate !== 'refused') fates.set(property, { property, fate: kind, note })
    else if (kind === 'refused') fates.set(property, { ...before, note: `${before.note}; ${note}` })
  }
  const record = (error: JailwrightError): void => {
    const { subject, message, hint } = error
    // One property can lead to the same error several times, because a device can have many names.
    if (errors.some(other => other.message === message)) return
    errors.push(error)
    if (subject === undefined) return
    const text = (message.startsWith(`${subject}: `) ? message.slice(subject.length + 2) : message).replace(
      /^refused: /,
      '',
    )
    fate(subject, 'refused', hint === undefined ? text : `${text} (${hint})`)
  }
  const wrong = input.found?.errors.flatMap(({ subject }) => subject ?? []) ?? []
  for (const error of input.found?.errors ?? []) record(error)
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
    fail(property, text, { code = 'CONFIG', hint, lacks } = {}) {
      // The property, one that holds it, or one inside it has an error already.
      if (wrong.some(path => path === property || isBelow(path, property) || isBelow(property, path))) return
      if (lacks && wrong.some(lacks)) return
      record(
        new JailwrightError(code, `${property}: ${text}`, {
          subject: property,
          ...(hint === undefined ? {} : { hint }),
        }),
      )
    },
    warn(text) {
      if (input.found === undefined && !warnings.includes(text)) warnings.push(text)
    },
    fate,
  }
}

/** True when a property is part of another one: `mounts[0].type` of `mounts[0]` and of `mounts`. */
export function isBelow(property: string, path: string): boolean {
  return property.startsWith(path) && /^[.[]/.test(property.slice(path.length))
}

/** The property path of an annotation: `annotations["org.freebsd.jail.vnet"]`. */
export function annotationPath(name: string): string {
  return `annotations[${JSON.stringify(name)}]`
}

/** True for a config made for Linux: it has a `linux` section and no `freebsd` section. */
export function isLinuxConfig(config: Config): boolean {
  return config.linux !== undefined && config.linux !== null && !config.freebsd
}
