/**
 * A plan: what `create` will do, as a plain serialisable value. `jailwright plan` prints it, `create` executes it,
 * step by step, in this order. Nothing that is not in the plan touches the host on behalf of the configuration.
 */
import type { Tool } from '../../host/types.ts'

/** A call of a tool. Arguments may hold placeholders `%{name}` that an earlier step's `capture` or a ruleset fills. */
export interface ToolCall {
  tool: Tool
  args: readonly string[]
  /** Written to the tool's standard input. */
  stdin?: string
  /** Outputs (substring of stderr/stdout) that mean "nothing to do, or already gone" and count as success. */
  ignore?: readonly string[]
  /**
   * In an undo: the call is run for each interface of the host whose description (a `description:` line of
   * `ifconfig -a`) is exactly this text, with its name for `%{interface}`; for none, nothing is run. An epair is known by
   * its description from the one command that makes it, under whatever name a crash left it, and no other is hit.
   */
  forDescription?: string
}

/** A devfs ruleset of the container's own: number allocated under a lock, its rules added by one `devfs rule add -`. */
export interface RulesetStep {
  kind: 'ruleset'
  /** The placeholder that stands for the number: `%{ruleset}`. */
  name: 'ruleset'
  /** The number that `plan` shows and `create` tries first. */
  preferred: number
  /** devfs(8) rule lines without `add`, in order, none empty. */
  rules: readonly string[]
  /** The `rule=` options among them, with their properties: of what devfs(8) refuses they alone are not checked words. */
  options?: readonly { rule: string; property: string }[]
}

/** One mount by nmount(2). */
export interface MountStep {
  kind: 'mount'
  fstype: string
  /**
   * nmount `from`: source path on the host (nullfs) or a label. `%{empty}` stands for an empty file, mode 0444, in the
   * state directory (what a masked file shows).
   */
  source: string
  /** Path inside the container, absolute and normalised; resolved inside the root when the step is done. */
  destination: string
  /** `dir`, `file` (file over file) or `socket` (a unix socket as source: see `via`). */
  target: 'dir' | 'file' | 'socket'
  /**
   * Socket: nullfs covers directories and regular files only (mounts.md section 3), so the socket gets a second name
   * (link(2), named as the destination) in an empty directory of its own on the socket's file system (`directory`, mode
   * 0711), that directory is mounted read-only at `mountPoint` (made when missing), and the destination becomes a
   * symbolic link to `link`, relative to its own directory. All are undone; the container never sees the socket's
   * neighbours. What the image has at the destination is put aside.
   */
  via?: { directory: string; mountPoint: string; link: string }
  /**
   * Masked path, of whatever kind it is: a directory is covered by this (a read-only tmpfs), anything else by a
   * read-only nullfs of `%{empty}`.
   */
  mask?: boolean
  /**
   * Read-only path, of whatever kind it is: a directory is covered by this, a tmpfs that holds a copy of it and is then
   * made read-only; a file by a read-only nullfs of a copy in the state directory. A nullfs of a path on itself is no way:
   * its root and the vnode that it covers share one lock, and nmount(2) never returns (sys/kern/vfs_mount.c,
   * vfs_domount_first; sys/kern/vfs_vnops.c, vn_lock_pair).
   */
  readonlyCopy?: boolean
  /** nmount options besides fstype, from, fspath; sizes in bytes. */
  options: readonly (readonly [string, string | undefined])[]
  /** tmpfs: the directory's contents (owner and mode too) are copied in after mounting (`tmpcopyup`). */
  copyUp?: boolean
  /** Mode, owner of a mount point that has to be made (mode in octal digits). */
  createMode?: string
  /** Do it only when the destination exists (masked and read-only paths). */
  onlyIfExists?: boolean
  /**
   * Mount points of later steps that lie in this one, a tmpfs with `ro`: they are made after it was mounted without `ro`,
   * and an update adds `ro`.
   */
  inside?: readonly MountPoint[]
  /** The property this comes from, e.g. `mounts[3]`. */
  origin: string
}

/** What of a step says where, and on what, it is mounted. */
export type MountPoint = Pick<
  MountStep,
  'destination' | 'target' | 'createMode' | 'onlyIfExists' | 'via' | 'origin'
>

/** The read-only root: a read-only nullfs of the root below the state directory; all later mounts go on top of it. */
export interface ReadonlyRootStep {
  kind: 'readonly-root'
}

/** jail(8) -c. The undo is jail_remove(2). */
export interface JailStep {
  kind: 'jail'
  /** Full jail name (`parent.name`). */
  name: string
  /** Parameters in order, without name and path: `['persist', true]`, `['enforce_statfs', '1']`. */
  parameters: readonly (readonly [string, string | true])[]
}

/** A tool run on the host, with its undo. */
export interface RunStep {
  kind: 'run'
  call: ToolCall
  /** In the order in which they are to be run when the step is undone. */
  undo: readonly ToolCall[]
  /**
   * The call is made again and again until its standard output is without a text, for so many seconds at most; with the
   * other text in it, it has failed.
   */
  until?: { without: string; never: string; seconds: number }
  /** Trimmed standard output is kept under this name for later placeholders (`epair create` prints a name). */
  capture?: string
  /** Why, for `plan`: the property or annotation. */
  origin: string
}

/**
 * lo0 of a new network stack, with 127.0.0.1/8 and, where the kernel has IPv6, ::1. `plan` shows ifconfig(8); init does it
 * by system calls once it is in the jail.
 */
export interface LoopbackStep {
  kind: 'loopback'
  jail: string
  ipv6: boolean
}

/** An interface that is moved into the vnet jail and given back at delete. */
export interface MoveInterfaceStep {
  kind: 'move-interface'
  interface: string
  jail: string
  origin: string
}

/** children.max of the parent raised by one while the child lives. */
export interface RaiseChildrenStep {
  kind: 'raise-children'
  parent: string
}

export type Step =
  | RulesetStep
  | MountStep
  | ReadonlyRootStep
  | JailStep
  | RunStep
  | LoopbackStep
  | MoveInterfaceStep
  | RaiseChildrenStep

/** One resource limit for setrlimit(2): FreeBSD's name without prefix (`NOFILE`), -1n is RLIM_INFINITY. */
export interface RlimitPlan {
  resource: string
  soft: string
  hard: string
}

/** What the first program gets; also the shape of an `exec` process. */
export interface ProcessPlan {
  args: readonly string[]
  env: readonly string[]
  cwd: string
  uid: number
  gid: number
  /** Supplementary groups. */
  groups: readonly number[]
  umask: number
  rlimits: readonly RlimitPlan[]
  terminal: boolean
  consoleSize?: { height: number; width: number }
  noNewPrivileges: boolean
  /** Number of the routing table, for setfib(2) before the program; 0 when absent. */
  fib?: number
}

/** One hook, ready to run: args is the whole argv (args[0] is argv[0]). Timeout in seconds. */
export interface HookPlan {
  path: string
  args: readonly string[]
  env: readonly string[]
  timeout?: number
  origin: string
}

export type HookKind =
  | 'prestart'
  | 'createRuntime'
  | 'createContainer'
  | 'startContainer'
  | 'poststart'
  | 'poststop'

/** What became of a property or annotation found in the config. */
export interface Fate {
  /** Property path as found, e.g. `mounts[2].options[1]` or `annotations["org.freebsd.jail.vnet"]`. */
  property: string
  fate: 'applied' | 'translated' | 'ignored' | 'refused'
  /** To what, or why. */
  note: string
}

export interface Plan {
  /** Container id. */
  id: string
  /** Full name of the jail. */
  jailName: string
  /** Parent jail's full name, when there is one. */
  parentJail?: string
  /** Root filesystem: absolute path on the host. */
  rootPath: string
  readonlyRoot: boolean
  /** vnet=new: the container has a network stack of its own. */
  vnet: boolean
  steps: readonly Step[]
  process: ProcessPlan
  hooks: Readonly<Record<HookKind, readonly HookPlan[]>>
  annotations: Readonly<Record<string, string>>
  fates: readonly Fate[]
  /** Printed to the log at level warning. */
  warnings: readonly string[]
}

/**
 * Facts of the host that translation asks for. A test, or `plan` on a machine that is no FreeBSD, passes a fixed set
 * (`src/translate/offline-facts.ts` has the one of a FreeBSD 15.1 GENERIC kernel); `create` passes the running kernel's.
 */
export interface HostFacts {
  /** `bool` | `jailsys` | `int` | `string` | `ip4` | `ip6` | `ulong`, undefined when the kernel has no such parameter. */
  jailParam(name: string): string | undefined
  /** A sysctl's value, undefined when there is none. */
  sysctl(name: string): string | undefined
  /** The kind of a path on the host, links followed; undefined when missing. */
  pathKind(path: string): 'dir' | 'file' | 'socket' | 'fifo' | 'device' | 'other' | undefined
  /** Owner and permission bits of a node on the host. */
  pathOwner(path: string): { uid: number; gid: number; mode: number } | undefined
  /** Names below /dev (without `/dev/`) that are symbolic links, with the name below /dev they resolve to. */
  devLinks(): ReadonlyMap<string, string>
  /** True when the devfs ruleset has at least one rule. */
  rulesetExists(number: number): boolean
  /** Rulesets in use (`devfs rule showsets`). */
  rulesets(): readonly number[]
  /**
   * The rules of a set in order, without their numbers (`devfs rule -s N show`). Asked only for a set other than 1 to 5
   * that a container's own set is to extend; without it such a config is refused.
   */
  rulesetRules?(number: number): readonly string[]
  /**
   * Addresses of each interface of the host, or of a jail with a stack of its own (`ifconfig -a`), so that none that was
   * there before is removed.
   */
  interfaceAddresses?(jail?: string): ReadonlyMap<string, readonly string[]>
  /** MTU of a bridge and how many members it has; undefined when there is no such interface. */
  bridge?(name: string): { mtu: number; members: number } | undefined
  /** MAC addresses of a bridge, and of the containers whose epairs join it, with whose each is. */
  etherAddresses?(bridge: string): ReadonlyMap<string, string>
  /** The property `jailed` of a ZFS dataset, `none` for no such dataset; undefined when it cannot be told here. */
  datasetJailed?(name: string): 'on' | 'off' | 'none' | undefined
  /** Kernel module or built-in present (kldstat -m / lsvfs); undefined when it cannot be told here. */
  moduleLoaded(name: string): boolean | undefined
  /**
   * A parent jail's parameters (`children.max`, `allow.chflags`, `vnet` ...) as far as they are known, undefined when
   * there is no such jail.
   */
  jail(name: string): Readonly<Record<string, string>> | undefined
  /** A host path's real size of memory and cpus where percentages must become numbers. */
  physicalMemory(): bigint
}
