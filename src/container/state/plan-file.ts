/** The container's plan.json, which records what `create` executed. */
import { readTextFile } from '../../host/files.ts'
import type { Plan } from '../../translate/core/plan.ts'
import type { Layout } from './paths.ts'
import { damaged } from './state-file.ts'

/**
 * Reads the plan that `create` executed.
 * @throws JailwrightError STATE when the file is missing or damaged.
 */
export function readPlan(files: Layout): Plan {
  let text: string
  try {
    text = readTextFile(files.plan)
  } catch (error) {
    throw damaged(files.plan, error)
  }
  return parsePlan(files, text)
}

/**
 * Parses the text of a plan.json.
 * @throws JailwrightError STATE when the text is damaged.
 */
export function parsePlan(files: Layout, text: string): Plan {
  try {
    const plan = JSON.parse(text) as Plan | null
    if (plan?.hooks && plan.process && Array.isArray(plan.steps)) return plan
    throw new TypeError('not the form of a plan.json')
  } catch (error) {
    throw damaged(files.plan, error)
  }
}
