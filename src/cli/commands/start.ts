import type { Handler } from '../handlers.ts'

const start: Handler<'start'> = async ({ words }, { context }) => {
  const { start } = await import('../../container/start.ts')
  await start(await context(), words.id)
  return 0
}

export default start
