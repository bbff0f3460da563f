/** `state`: cheap, since callers poll it. */
import type { EverydayContext } from '../context.ts'
import { currentStatus, type OciState, ociState, requireState } from './state/state-file.ts'

/** The container's state; code NOT_FOUND when there is none. */
export function state(ctx: EverydayContext, id: string): OciState {
  const found = requireState(ctx.root, id)
  return ociState(found.state, currentStatus(ctx.host, found.state))
}
