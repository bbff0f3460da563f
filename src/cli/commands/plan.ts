/** `plan`: prints the plan of a bundle, or what is wrong with the bundle. */
import { planBundle } from '../../container/plan.ts'
import { Refusal, refusalValue } from '../../translate/core/refusal.ts'
import { planText, refusalText } from '../../translate/text/plan-text.ts'
import { bundleDirectory } from '../bundle-directory.ts'
import type { Handler } from '../handler.ts'
import { print, printJson } from '../output.ts'

const plan: Handler<'plan'> = ({ options, words }, { context }) => {
  const bundle = bundleDirectory('plan', options.bundle, words.directory)
  const json = options.format === 'json'
  try {
    const made = planBundle(context(), { bundle, id: options.id })
    if (json) printJson(made)
    else print(planText(made))
    return 0
  } catch (error) {
    // The fates of the remaining properties are printed, and the missing plan is an error all the same.
    if (error instanceof Refusal) {
      if (json) printJson(refusalValue(error))
      else print(refusalText(error))
    }
    throw error
  }
}

export default plan
