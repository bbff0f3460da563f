/** The content of the journal: effects on the host, and how each is taken back. */
import type { ToolCall } from '../../translate/core/plan.ts'

/** How to take one effect back. Every undo must be harmless when the effect never happened. */
export type Undo =
  /**
   * `root`: the directory beneath which `path` was resolved. `before`: the id of the newest mount on `path` before the
   * effect. `known`: the ids of all mounts of this type and source before the effect; a later one that no journal owns
   * is this mount, wherever it stands, even when its end was not recorded. `file`: the mount point is a file, which a
   * link could lead out of the root.
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
  /** A directory that jailwright made below `root`; `path` is relative to it. It is removed only while it is empty. */
  | { op: 'rmdir'; root: string; path: string }
  /** An empty file, the name of a socket, or a symbolic link with the text `link`, made below `root`. */
  | { op: 'unlink'; root: string; path: string; link?: string }
  /** A file with several hard links that was renamed to `aside` to make room for a file mount. */
  | { op: 'put-back'; root: string; path: string; aside: string }
  /** A directory that jailwright made on the host, outside the root. */
  | { op: 'host-rmdir'; path: string }
  /** The file of `--pid-file`. A file that holds another pid belongs to another container. */
  | { op: 'pid-file'; path: string; pid: number }
  /**
   * `path` is the jail's root; a jail of the same name with another root is not the container's. `standing`: the mounts
   * (see `mountKey`) at or below the root before the jail was made; a later mount that no journal owns was made by the
   * jail.
   */
  | { op: 'jail'; name: string; path: string; standing?: readonly string[] }
  | { op: 'run'; calls: readonly ToolCall[] }
  | { op: 'ruleset'; number: number; marker: string }
  /** init was started. Until its pid is recorded it ends by itself when it sees that `create` has died. */
  | { op: 'init-gone'; ctl: string }
  /** `group`: the process leads a process group, as a hook does, and the whole group is killed. */
  | { op: 'kill'; pid: number; start: string; group?: boolean }
  /** `before` is the parent's children.max before it was raised; `lock` is the lock file of changes to it. */
  | { op: 'children'; parent: string; before?: number; lock?: string }

/** The undo of a name in the container's root, which the container may have filled with anything. */
export type NameUndo = Extract<Undo, { op: 'rmdir' | 'unlink' | 'put-back' }>

/** True for the undo of a name in the container's root. */
export function isOfName(undo: Undo): undo is NameUndo {
  return undo.op === 'rmdir' || undo.op === 'unlink' || undo.op === 'put-back'
}

/** Facts that are known once the effect has happened. */
export interface Done {
  /** unmount: the id of the file system, which identifies it more reliably than a path. */
  fsid?: string
  /** jail: its id. */
  jid?: number
  /** run: the call of an `update`, which is in no plan. */
  call?: ToolCall
  /** run: the devfs rule that an `update` has applied to the container's /dev. */
  rule?: string
}

/** One entry of the journal in its present state. */
export interface Entry {
  n: number
  undo: Undo
  done: Done | undefined
}

/** Undos of effects on disk, which outlive a restart of the host. */
const ON_DISK = new Set<Undo['op']>(['rmdir', 'unlink', 'put-back', 'host-rmdir', 'pid-file'])

/** True when the effect is still there after the host has been restarted. */
export function outlivesReboot({ op }: Undo): boolean {
  return ON_DISK.has(op)
}
