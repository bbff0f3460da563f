import type { Handler } from '../handler.ts'
import { print, printJson } from '../output.ts'

const ps: Handler<'ps'> = async ({ options, words }, { context }) => {
  const { ps } = await import('../../container/ps.ts')
  const { pids, table } = await ps(await context(), { id: words.id, options: words.options })
  if (options.format === 'json') printJson(pids)
  else print(table)
  return 0
}

export default ps
