import type { Handler } from '../handlers.ts'
import { print } from '../output.ts'

const validate: Handler<'validate'> = async ({ options, words }, { context }) => {
  const { validateBundle } = await import('../../container/validate.ts')
  const bundle = options.bundle ?? words.directory ?? process.cwd()
  const errors = await validateBundle(await context(), bundle)
  const { describe } = await import('../report.ts')
  for (const error of errors) print(`${describe(error).message}\n`)
  return errors.length === 0 ? 0 : 1
}

export default validate
