import { kill as killContainer } from '../../container/kill.ts'
import type { Handler } from '../handler.ts'

const kill: Handler<'kill'> = async ({ options, words }, { context }) => {
  killContainer(await context(), { id: words.id, signal: words.signal ?? 'TERM', all: options.all })
  return 0
}

export default kill
