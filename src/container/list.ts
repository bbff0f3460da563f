/** `list`: all containers below the root directory. */
import type { RuntimeContext } from '../context.ts'
import { statusOf } from '../host/files.ts'
import { containerNames } from './state/container-names.ts'
import { layout } from './state/paths.ts'
import { currentStatus, type OciState, ociState, readState, type StateFile } from './state/state-file.ts'
import { leftovers } from './undo/leftovers.ts'

/** One container, with its jail. As in runc's list, `pid` is 0 without a process and `owner` is that of its directory. */
export interface ListEntry extends OciState {
  pid: number
  jid: number
  jail: string
}

/** Ids alone, for `list -q`: neither a state nor a process is looked at. */
export function containerIds(ctx: RuntimeContext): string[] {
  const hasState = (id: string) => {
    try {
      return statusOf(layout(ctx.root, id).state) !== undefined
    } catch {
      // A file beside the containers' directories, or a link in a loop.
      return false
    }
  }
  return containerNames(ctx.root).filter(hasState)
}

/** Containers in the order of their ids; a directory without state (a create in its first instant) is left out. */
export function list(ctx: RuntimeContext): ListEntry[] {
  const states = containerNames(ctx.root).flatMap(name => readableState(ctx, name) ?? [])
  warnOfLeftovers(ctx, states)
  // One question for all processes, since one each takes longer than everything else together.
  const pids = states.map(({ pid }) => pid).filter(pid => pid > 0)
  const processes = pids.length > 0 ? ctx.host.kernel.processInfos(pids) : new Map()
  return states.map(state => {
    const status = currentStatus(ctx.host, state, pid => processes.get(pid))
    return {
      ...ociState(state, status),
      pid: status === 'stopped' ? 0 : state.pid,
      owner: ownerOf(layout(ctx.root, state.id).dir),
      jid: state.jid,
      jail: state.jailName,
    }
  })
}

/** A restart takes the state of a container (rc.d/cleanvar), but not what was changed in its root. */
function warnOfLeftovers(ctx: RuntimeContext, states: readonly StateFile[]): void {
  for (const { id, text } of leftovers(ctx, new Map(states.map(({ id, boot }) => [id, boot]))))
    ctx.log.warn(`container ${id}: ${text} (delete --force ${id}, or its next create, does so)`)
}

/** The user that made a container, by name for root, else `#uid`; empty when the container has just gone. */
function ownerOf(dir: string): string {
  const uid = statusOf(dir)?.uid
  return uid === undefined ? '' : uid === 0 ? 'root' : `#${uid}`
}

/** One container with a damaged state does not hide the others. */
function readableState(ctx: RuntimeContext, name: string): StateFile | undefined {
  try {
    return readState(layout(ctx.root, name))
  } catch (error) {
    ctx.log.warn(`container ${name}: ${(error as Error).message}`)
    return undefined
  }
}
