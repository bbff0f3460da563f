/** `validate`: prints every warning and error of a bundle. */
import { planBundle } from '../../container/plan.ts'
import { ConfigErrors, JailwrightError } from '../../errors.ts'
import { Refusal } from '../../translate/core/refusal.ts'
import { bundleDirectory } from '../bundle-directory.ts'
import type { Handler } from '../handler.ts'
import { print } from '../output.ts'
import { describeError } from '../report.ts'

const validate: Handler<'validate'> = ({ options, words }, { context }) => {
  const bundle = bundleDirectory('validate', options.bundle, words.directory)
  const warn = (warning: string) => print(`warning: ${warning}\n`)
  const ctx = context()
  try {
    const plan = planBundle({ ...ctx, log: { ...silent, warn } }, { bundle })
    plan.warnings.forEach(warn)
    print('valid\n')
    return 0
  } catch (error) {
    if (!(error instanceof JailwrightError)) throw error
    if (error instanceof Refusal) error.warnings.forEach(warn)
    const errors = error instanceof ConfigErrors ? error.errors : [error]
    for (const each of errors) print(`error: ${describeError(each).message}\n`)
    return 1
  }
}

const silent = { debugging: false, debug() {}, info() {}, warn() {}, error() {} }

export default validate
