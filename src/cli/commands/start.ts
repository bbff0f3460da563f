/** `start`: starts a container, and destroys it when a hook fails. */
import { start as startContainer } from '../../container/start.ts'
import { engine } from '../../host/engine/index.ts'
import type { EverydayHost } from '../../host/types.ts'
import type { Handler } from '../handler.ts'

type DeletePart = typeof import('../parts/delete.ts')

const start: Handler<'start', EverydayHost> = (invocation, { program, context }) => {
  startContainer(context(), invocation.words.id, {
    hookFailed: ({ id, pid, pidStart }) =>
      (engine.part('delete') as DeletePart).destroy({ id, pid, pidStart }, invocation, program),
  })
  return 0
}

export default start
