/** `inspect`: prints the comparison of a container with its plan; status 1 for a drift. */
import { inspect as inspectContainer } from '../../container/inspect/index.ts'
import type { Handler } from '../handler.ts'
import { inspectText } from '../inspect-text.ts'
import { print, printJson } from '../output.ts'

const inspect: Handler<'inspect'> = ({ options, words }, { context }) => {
  const inspection = inspectContainer(context(), words.id)
  if (options.format === 'json') printJson(inspection)
  else print(inspectText(inspection))
  return inspection.drift === 0 ? 0 : 1
}

export default inspect
