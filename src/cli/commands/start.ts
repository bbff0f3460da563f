import { start as startContainer } from '../../container/start.ts'
import type { EverydayHost } from '../../host/types.ts'
import type { Handler } from '../handler.ts'

const start: Handler<'start', EverydayHost> = ({ words }, { context }) => {
  startContainer(context(), words.id)
  return 0
}

export default start
