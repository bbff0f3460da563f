/** Config + facts of the host -> plan, or a refusal, in which every property says what became of it. */

import type { TranslateInput } from './core/context.ts'
import type { Fate, Plan } from './core/plan.ts'
import { Refusal } from './core/refusal.ts'
import { allFates } from './disposition/fates.ts'
import { translateBriefly } from './translate-config.ts'

export type { TranslateInput } from './core/context.ts'

/**
 * Translates a bundle. Throws JailwrightError for a bad id, and a Refusal with every error of the config, each naming its
 * property, and the fates of all properties.
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
