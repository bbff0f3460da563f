/** A mounted file system, and the functions by which the mount table uses a type of file system. */
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
  /** Linux's number of the mount; undefined for a mount that exists from the start. */
  id?: number | undefined
  /** Flags by option name: ro, noexec, nosuid, noatime, nosymfollow, union, sync, async, ignore, rootfs, local ... */
  flags: Set<string>
  /** The options of nmount(2) without the generic ones. */
  options: Map<string, string | undefined>
  /** For nullfs the mount of its source. */
  lower?: Mount
  /** Data of the file system's own code. */
  data?: unknown
  /** jid of the caller that mounted it. */
  jid: number
}

/** The arguments of a file system's `mount`. */
export interface MountRequest {
  caller: Caller
  target: Found
  mount: Mount
  /** The Linux mount on the target, by its descriptor, which no link or rename can change; sets `mount.id`. */
  attach(source: string, fstype: string | null, flags?: number, data?: string): void
  /** Gives the root of the new mount, by descriptor. */
  reach<T>(work: (root: string) => T): T
}

/** A file system type. */
export interface Filesystem {
  /** Number and flags for lsvfs(1); its column `Refs` is counted. */
  number: number
  lsflags: string
  /** Whether mount(8) shows `local` (false for fdescfs and devfs). */
  local: boolean
  /** Options that the type knows besides the generic ones; undefined when it accepts everything. */
  options?: readonly string[]
  /** Name of the module, when it differs from the type. */
  module?: string
  /** Whether the type may be mounted on a regular file. */
  fileMount?: boolean
  /** Whether jails may mount the type with allow.mount.TYPE. */
  jail?: boolean
  mount(request: MountRequest): void
  /** Does `mount -u` with the mount's root by descriptor; a type without this function gives EOPNOTSUPP. */
  update?(mount: Mount, options: Map<string, string | undefined>, flags: Set<string>, root: string): void
  /** Unmounts the hidden mounts inside; `restore` makes them again when the unmount fails. `root` is by descriptor. */
  beforeUnmount?(mount: Mount, root: string): void
  restore?(mount: Mount, root: string): void
  /** Called after the unmount. */
  unmounted?(mount: Mount): void
}
