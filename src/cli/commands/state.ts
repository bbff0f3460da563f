/** `state`: prints the state of a container as JSON. */
import { state as stateOf } from '../../container/state.ts'
import type { EverydayHost } from '../../host/types.ts'
import type { Handler } from '../handler.ts'
import { printJson } from '../output.ts'

const state: Handler<'state', EverydayHost> = ({ words }, { context }) => {
  printJson(stateOf(context(), words.id))
  return 0
}

export default state
