import type { Handler } from '../handler.ts'

const kill: Handler<'kill'> = async ({ options, words }, { context }) => {
  const { kill } = await import('../../container/kill.ts')
  await kill(await context(), { id: words.id, signal: words.signal ?? 'TERM', all: options.all })
  return 0
}

export default kill
