/** The container's plan.json: what `create` executed, for the commands that come after it. */
import { readTextFile } from '../../host/files.ts'
import type { Plan } from '../../translate/core/plan.ts'
import type { Layout } from './paths.ts'
import { damaged } from './state-file.ts'

/** Reads the plan that `create` executed. A damaged file is code STATE. */
export function readPlan(files: Layout): Plan {
  try {
    const plan = JSON.parse(readTextFile(files.plan)) as Plan | null
    if (plan?.hooks && plan.process && Array.isArray(plan.steps)) return plan
    throw new TypeError('not the form of a plan.json')
  } catch (error) {
    throw damaged(files.plan, error)
  }
}
