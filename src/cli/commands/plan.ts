import type { Handler } from '../handler.ts'
import { print, printJson } from '../output.ts'

const plan: Handler<'plan'> = async ({ options, words }, { context }) => {
  const { planBundle } = await import('../../container/plan.ts')
  const bundle = options.bundle ?? words.directory ?? process.cwd()
  const made = await planBundle(await context(), { bundle, id: options.id })
  if (options.format === 'json') printJson(made)
  else {
    const { planText } = await import('../../translate/text.ts')
    print(planText(made))
  }
  return 0
}

export default plan
