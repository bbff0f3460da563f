import { ConfigErrors, JailwrightError } from '../../errors.ts'
import type { Handler } from '../handler.ts'
import { print } from '../output.ts'
import { describe } from '../report.ts'

const validate: Handler<'validate'> = async ({ options, words }, { context }) => {
  const directory = options.bundle ?? words.directory ?? process.cwd()
  const { validateBundle } = await import('../../bundle/index.ts')
  const { errors, warnings } = validateBundle(directory)
  const found = errors.length > 0 ? errors : await untranslatable(directory, context)
  for (const warning of warnings) print(`warning: ${warning}\n`)
  for (const error of found) print(`error: ${describe(error).message}\n`)
  if (found.length === 0) print('valid\n')
  return found.length === 0 ? 0 : 1
}

/** What is well-formed but cannot be done here: refused annotations, devices that are not there. */
async function untranslatable(
  bundle: string,
  context: Parameters<Handler<'validate'>>[1]['context'],
): Promise<readonly JailwrightError[]> {
  const { planBundle } = await import('../../container/plan.ts')
  const { log, ...rest } = await context()
  try {
    // The plan repeats the warnings that are printed already.
    planBundle({ ...rest, log: { ...log, debug() {}, info() {}, warn() {}, error() {} } }, { bundle })
    return []
  } catch (error) {
    if (error instanceof ConfigErrors) return error.errors
    if (error instanceof JailwrightError) return [error]
    throw error
  }
}

export default validate
