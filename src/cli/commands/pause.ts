import type { Handler } from '../handler.ts'

const pause: Handler<'pause'> = async ({ words }, { context }) => {
  const { pause } = await import('../../container/pause.ts')
  await pause(await context(), words.id)
  return 0
}

export default pause
