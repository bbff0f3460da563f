import type { Handler } from '../handler.ts'

const remove: Handler<'delete'> = async ({ options, words }, { context }) => {
  const { deleteContainers } = await import('../../container/delete.ts')
  await deleteContainers(await context(), { ids: words.ids, force: options.force })
  return 0
}

export default remove
