/** `delete`: passes its options on. */
import { deleteContainers } from '../../container/delete.ts'
import type { Handler } from '../handler.ts'

const remove: Handler<'delete'> = ({ options, words }, { context }) => {
  deleteContainers(context(), { ids: words.ids, force: options.force })
  return 0
}

export default remove
