/** `list`: lists all containers below the root directory. */
import type { RuntimeContext } from '../context.ts'
import { statusOf } from '../host/files.ts'
import { containerNames } from './state/container-names.ts'
import { layout } from './state/paths.ts'
import { currentStatus, type OciState, ociState, readState, type StateFile } from './state/state-file.ts'
import { leftovers } from './undo/leftovers.ts'

/**
 * One container with its jail. As in runc's list, `pid` is 0 without a process and `owner` is the directory's owner.
 */
export interface ListEntry extends OciState {
  pid: number
  jid: number
  jail: string
}

/** Returns the ids alone, for `list -q`. Neither states nor processes are read. */
export function containerIds(ctx: RuntimeContext): string[] {
  const hasState = (id: string) => {
    try {
      return statusOf(layout(ctx.root, id).state) !== undefined
    } catch {
      // The name is a file beside the containers' directories, or a link in a loop.
      return false
    }
  }
  return containerNames(ctx.root).filter(hasState)
}

/**
 * Returns the containers in the order of their ids. A directory without a state, of a `create` that has just begun, is
 * left out.
 */
export function list(ctx: RuntimeContext): ListEntry[] {
  const states = containerNames(ctx.root).flatMap(name => readableState(ctx, name) ?? [])
  warnOfLeftovers(ctx, states)
  // One system call asks for all processes, because one call for each takes longer than everything else together.
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

/**
 * Warns of containers whose state is gone: rc.d/cleanvar removes the state at boot, but not the changes in the root.
 */
function warnOfLeftovers(ctx: RuntimeContext, states: readonly StateFile[]): void {
  for (const { id, text } of leftovers(ctx, new Map(states.map(({ id, boot }) => [id, boot]))))
    ctx.log.warn(`container ${id}: ${text} (delete --force ${id}, or its next create, does so)`)
}

/** Returns the user that made a container: `root`, or `#uid` for any other; empty when the container has just gone. */
function ownerOf(dir: string): string {
  const uid = statusOf(dir)?.uid
  return uid === undefined ? '' : uid === 0 ? 'root' : `#${uid}`
}

/** Returns a container's state. A damaged one is a warning, so that it does not hide the other containers. */
function readableState(ctx: RuntimeContext, name: string): StateFile | undefined {
  try {
    return readState(layout(ctx.root, name))
  } catch (error) {
    ctx.log.warn(`container ${name}: ${(error as Error).message}`)
    return undefined
  }
}
