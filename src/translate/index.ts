/** Config + facts of the host -> plan, in which every property says what became of it. */
import { translateBriefly } from './brief.ts'
import type { TranslateInput } from './context.ts'
import { allFates } from './fates.ts'
import type { Plan } from './plan.ts'

export type { TranslateInput } from './context.ts'

/**
 * Translates a bundle. Throws JailwrightError for a bad id, and ConfigErrors with every error of the config, each
 * naming its property.
 */
export function translate(input: TranslateInput): Plan {
  const plan = translateBriefly(input)
  const said = new Map(plan.fates.map(fate => [fate.property, fate]))
  return { ...plan, fates: allFates(input.bundle.config, said) }
}
