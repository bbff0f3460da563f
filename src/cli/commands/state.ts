import type { Handler } from '../handlers.ts'
import { printJson } from '../output.ts'

const state: Handler<'state'> = async ({ words }, { context }) => {
  const { state } = await import('../../container/state.ts')
  printJson(await state(await context(), words.id))
  return 0
}

export default state
