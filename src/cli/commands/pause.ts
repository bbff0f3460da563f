/** `pause`: passes the container's id on. */
import { pause as pauseContainer } from '../../container/pause.ts'
import type { Handler } from '../handler.ts'

const pause: Handler<'pause'> = ({ words }, { context }) => {
  pauseContainer(context(), words.id)
  return 0
}

export default pause
