/** `kill`: passes its signal on. */
import { kill as killContainer } from '../../container/kill.ts'
import type { EverydayHost } from '../../host/types.ts'
import type { Handler } from '../handler.ts'
import { usageError } from '../usage.ts'

const kill: Handler<'kill', EverydayHost> = ({ options, words }, { context }) => {
  const { all, pid } = options
  if (all && pid !== undefined) throw usageError('give --all or --pid, not both', 'kill')
  killContainer(context(), { id: words.id, signal: words.signal ?? 'TERM', all, pid })
  return 0
}

export default kill
