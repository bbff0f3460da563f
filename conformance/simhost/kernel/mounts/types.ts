/** A mounted file system, and what a file system type offers to the mount table. */
import type { Caller } from '../kernel.ts'
import type { Found } from '../paths.ts'

/** One mounted file system. */
export interface Mount {
  /** 16 hex digits as `mount -v` prints them. */
  fsid: string
  fstype: string
  from: string
  /** Resolved host path at the time of the mount (f_mntonname); renames above it do not change it. */
  on: string
  /** Linux's number of the mount; none for what is there from the start. */
  id?: number | undefined
  /** Flags by option name: ro, noexec, nosuid, noatime, nosymfollow, union, sync, async, ignore, rootfs, local ... */
  flags: Set<string>
  /** nmount options as given, without the generic ones. */
  options: Map<string, string | undefined>
  /** nullfs: the mount its source is on. */
  lower?: Mount
  /** What the file system's own code keeps. */
  data?: unknown
  /** jid of the mounter. */
  jid: number
}

/** What a file system's `mount` gets. It does the Linux mount on `/proc/self/fd/N` of the target. */
export interface MountRequest {
  caller: Caller
  target: Found
  mount: Mount
  /** A Linux path for the target that no link or rename can change. */
  point: string
}

/** A file system type. */
export interface Filesystem {
  /** lsvfs(1): number and flags; `Refs` is counted. */
  number: number
  lsflags: string
  /** Shown as `local` (false for fdescfs and devfs). */
  local: boolean
  /** Options it knows besides the generic ones; undefined when it does not check. */
  options?: readonly string[]
  /** Name of the module, when it is not the type. */
  module?: string
  /** May be mounted on a regular file. */
  fileMount?: boolean
  /** Jails may mount it with allow.mount.TYPE. */
  jail?: boolean
  mount(request: MountRequest): void
  /** mount -u; without it EOPNOTSUPP. */
  update?(mount: Mount, options: Map<string, string | undefined>, flags: Set<string>): void
  /** Takes down what was mounted inside (hidden sub-mounts); `restore` puts it back when the unmount fails. */
  beforeUnmount?(mount: Mount, place: string): void
  restore?(mount: Mount, place: string): void
  /** After it has gone. */
  unmounted?(mount: Mount): void
}
