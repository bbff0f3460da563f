/** `state`: prints the state of a container. Callers poll it, so it reads as little as possible. */
import type { EverydayContext } from '../context.ts'
import { currentStatus, type OciState, ociState, requireState } from './state/state-file.ts'

/**
 * Returns the container's state.
 * @throws JailwrightError NOT_FOUND when there is no such container.
 */
export function state(ctx: EverydayContext, id: string): OciState {
  const found = requireState(ctx.root, id)
  return ociState(found.state, currentStatus(ctx.host, found.state))
}
