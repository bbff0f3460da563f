/** `ps`: prints the processes of a container. */
import { ps as processesOf } from '../../container/ps.ts'
import type { Handler } from '../handler.ts'
import { print, printJson } from '../output.ts'

const ps: Handler<'ps'> = ({ options, words }, { context }) => {
  const { pids, table } = processesOf(context(), { id: words.id, options: words.options })
  if (options.format === 'json') printJson(pids)
  else print(table)
  return 0
}

export default ps
