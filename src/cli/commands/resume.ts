import type { Handler } from '../handler.ts'

const resume: Handler<'resume'> = async ({ words }, { context }) => {
  const { resume } = await import('../../container/pause.ts')
  await resume(await context(), words.id)
  return 0
}

export default resume
