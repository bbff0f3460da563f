/** What the journal tells: effects on the host, and how each is taken back. */
import type { ToolCall } from '../../translate/core/plan.ts'

/** How to take one effect back. Every undo must be harmless when the effect never happened. */
export type Undo =
  /**
   * `root`: what it was resolved beneath. `known`: ids of the mounts of this type and source that stood before: one that is
   * none of them, nor any journal's, is this one wherever it stands, as when the effect's end was not recorded. `file`: it
   * is on a file, which a link could lead out of the root.
   */
  | {
      op: 'unmount'
      path: string
      fstype: string
      from: string
      before: string | undefined
      root?: string
      known?: readonly string[]
      file?: boolean
    }
  /** A directory that we made below `root`, `path` relative to it; removed only while empty. */
  | { op: 'rmdir'; root: string; path: string }
  /** An empty file, a name of a socket, or a symbolic link that holds `link`, that we made below `root`. */
  | { op: 'unlink'; root: string; path: string; link?: string }
  /** A file with several hard links that was put aside as `aside` to make room for a file mount. */
  | { op: 'put-back'; root: string; path: string; aside: string }
  /** A directory or name of ours on the host, outside the root. */
  | { op: 'host-rmdir'; path: string }
  /** The file of `--pid-file`; another's pid in it is another's file. */
  | { op: 'pid-file'; path: string; pid: number }
  /**
   * `path` is its root: a jail of the same name elsewhere is not ours. `standing`: the mounts (see `mountKey`) at or below
   * its root before it was made; what is mounted there later and is no journal's is the jail's own.
   */
  | { op: 'jail'; name: string; path: string; standing?: readonly string[] }
  | { op: 'run'; calls: readonly ToolCall[] }
  | { op: 'ruleset'; number: number; marker: string }
  /** init was started; until its pid is recorded it ends by itself when it sees that `create` has died. */
  | { op: 'init-gone'; ctl: string }
  /** `group`: with its process group, as a hook has one. */
  | { op: 'kill'; pid: number; start: string; group?: boolean }
  /** `before` is the parent's children.max without our room; `lock` keeps others from changing it meanwhile. */
  | { op: 'children'; parent: string; before?: number; lock?: string }

/** What is known once the effect has happened. */
export interface Done {
  /** unmount: the file system's id, which is surer than a path. */
  fsid?: string
  /** jail: its id. */
  jid?: number
  /** run: the call of an `update`, which is in no plan. */
  call?: ToolCall
}

/** One entry of the journal as it stands now. */
export interface Entry {
  n: number
  undo: Undo
  done: Done | undefined
}

/** What is on disk, and so outlives a restart of the host. */
const ON_DISK = new Set<Undo['op']>(['rmdir', 'unlink', 'put-back', 'host-rmdir', 'pid-file'])

/** Whether an effect is there to be taken back after the host has been restarted. */
export function outlivesReboot({ op }: Undo): boolean {
  return ON_DISK.has(op)
}
