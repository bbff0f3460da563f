/** `resume`: passes the container's id on. */
import { resume as resumeContainer } from '../../container/pause.ts'
import type { Handler } from '../handler.ts'

const resume: Handler<'resume'> = ({ words }, { context }) => {
  resumeContainer(context(), words.id)
  return 0
}

export default resume
