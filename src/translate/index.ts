/** Makes a plan, or a refusal, of a config and facts about the host; every property of the config has its fate in it. */

import type { TranslateInput } from './core/context.ts'
import type { Fate, Plan } from './core/plan.ts'
import { Refusal } from './core/refusal.ts'
import { allFates } from './disposition/fates.ts'
import { translateBriefly } from './translate-config.ts'

export type { TranslateInput } from './core/context.ts'

/**
 * Translates a bundle. Throws JailwrightError USAGE for a bad id, and a Refusal with all errors of the config, each naming
 * its property, and with the fates of all properties.
 */
export function translate(input: TranslateInput): Plan {
  const complete = (fates: readonly Fate[]) =>
    allFates(input.found?.document ?? input.bundle.config, new Map(fates.map(fate => [fate.property, fate])))
  try {
    const plan = translateBriefly(input)
    return { ...plan, fates: complete(plan.fates) }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    throw new Refusal(error.id, error.errors, complete(error.fates), error.warnings)
  }
}
