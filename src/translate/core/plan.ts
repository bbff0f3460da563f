/**
 * A plan: what `create` will do, as a plain serialisable value. `jailwright plan` prints the plan, `create` executes its
 * steps in order. The configuration has no effect on the host except by a step of the plan.
 */
import type { HookKind } from '../../bundle/hook-kinds.ts'
import type { MountEntry, Tool } from '../../host/types.ts'

/** A call of a tool. Arguments may hold placeholders `%{name}` that an earlier step's `capture` or a ruleset fills. */
export interface ToolCall {
  tool: Tool
  args: readonly string[]
  /** Written to the tool's standard input. */
  stdin?: string
  /** Substrings of the output of a failed call with which it counts as success: there was nothing to do. */
  ignore?: readonly string[]
  /**
   * In an undo: the call is run for each interface of the host whose description (a `description:` line of
   * `ifconfig -a`) is exactly this text, with the interface's name for `%{interface}`. The command that makes an epair also
   * gives it the description, so the undo finds the epair under any name that a crash left it with, and no other interface.
   */
  forDescription?: string
}

/** A devfs ruleset of the container's own. `create` takes a free number and adds the rules (see ruleset-input.ts). */
export interface RulesetStep {
  kind: 'ruleset'
  /** The placeholder that stands for the number: `%{ruleset}`. */
  name: 'ruleset'
  /** The number that `plan` shows and `create` tries first. */
  preferred: number
  /** devfs(8) rule lines without `add`, in order, none empty. */
  rules: readonly string[]
  /** The rules that come from `rule=` options, with their properties: devfs(8) may refuse them, and no others. */
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
   * How a socket is mounted. A nullfs covers directories and regular files only (docs/freebsd/mounts.md), so the socket
   * gets a second name (link(2), named as the destination) in `directory`, an empty directory of its own (mode 0711) on the
   * socket's file system; `directory` is mounted read-only at `mountPoint` (made when missing), and the destination becomes
   * a symbolic link to `link`, relative to the destination's directory. The image's object at the destination is put aside.
   * All of this is undone. The container never sees the socket's neighbours.
   */
  via?: { directory: string; mountPoint: string; link: string }
  /**
   * A masked path of any kind: this mount, a read-only tmpfs, covers a directory; a read-only nullfs of `%{empty}` covers
   * anything else.
   */
  mask?: boolean
  /**
   * A read-only path of any kind: this mount, a tmpfs that holds a copy of the directory and is then made read-only,
   * covers a directory; a read-only nullfs of a copy in the state directory covers a file. A nullfs of a path on itself is
   * impossible: its root and the vnode that it covers share one lock, and nmount(2) never returns (sys/kern/vfs_mount.c,
   * vfs_domount_first; sys/kern/vfs_vnops.c, vn_lock_pair).
   */
  readonlyCopy?: boolean
  /** nmount options besides fstype, from, fspath; sizes in bytes. */
  options: readonly (readonly [string, string | undefined])[]
  /** tmpfs with `tmpcopyup`: the contents of the covered directory, with owners and modes, are copied in after mounting. */
  copyUp?: boolean
  /** Mode, in octal digits, of a mount point that has to be made. */
  createMode?: string
  /** The step is skipped when the destination does not exist (masked and read-only paths). */
  onlyIfExists?: boolean
  /**
   * Of a tmpfs with `ro`: the mount points of later steps that lie in it. The tmpfs is mounted without `ro`, the mount
   * points are made, and an update adds `ro`.
   */
  inside?: readonly MountPoint[]
  /**
   * Path below the source of an `rbind` (`/media`), for a mount of the host that lies there: the step shows it in the nullfs
   * of that source. Its mount point is there, and is never made; what is at the path must still be that mount.
   */
  below?: string
  /** The property this comes from, e.g. `mounts[3]`. */
  origin: string
}

/** The properties of a step that describe its mount point. */
export type MountPoint = Pick<
  MountStep,
  'destination' | 'target' | 'createMode' | 'onlyIfExists' | 'via' | 'origin'
>

/** The read-only root: a read-only nullfs of the root, mounted in the state directory. All later mounts are inside it. */
interface ReadonlyRootStep {
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
   * The call is repeated until its standard output no longer contains `without`, for `seconds` at most. Output that
   * contains `never` is a failure.
   */
  until?: { without: string; never: string; seconds: number }
  /** Trimmed standard output is kept under this name for later placeholders (`epair create` prints a name). */
  capture?: string
  /** The property or annotation that asks for the step, which `plan` prints. */
  origin: string
}

/**
 * lo0 of a new network stack, with 127.0.0.1/8 and, where the kernel has IPv6, ::1. `plan` shows ifconfig(8); init makes
 * the system calls once it is in the jail.
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

/** One step of a plan. */
export type Step =
  | RulesetStep
  | MountStep
  | ReadonlyRootStep
  | JailStep
  | RunStep
  | LoopbackStep
  | MoveInterfaceStep

/** One resource limit for setrlimit(2): FreeBSD's name without RLIMIT_ (`NOFILE`); -1n stands for RLIM_INFINITY. */
export interface RlimitPlan {
  resource: string
  soft: string
  hard: string
}

/** The first program of a container, or that of an `exec`. */
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

/** What became of a property or annotation found in the config. */
export interface Fate {
  /** Property path as found, e.g. `mounts[2].options[1]` or `annotations["org.freebsd.jail.vnet"]`. */
  property: string
  fate: 'applied' | 'translated' | 'ignored' | 'refused'
  /** What the property was translated to, or the reason for its fate. */
  note: string
}

/** What `create` will do with one bundle. */
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
  /** Lines for the log, at the level `warning`. */
  warnings: readonly string[]
}

/**
 * Facts about the host that the translation asks for. `create` passes those of the running kernel; tests, and `plan` on a
 * machine without FreeBSD, pass fixed ones (`src/translate/offline-facts.ts`: those of a FreeBSD 15.1 GENERIC kernel).
 */
export interface HostFacts {
  /** `bool` | `jailsys` | `int` | `string` | `ip4` | `ip6` | `ulong`, undefined when the kernel has no such parameter. */
  jailParam(name: string): string | undefined
  /** A sysctl's value, undefined when there is none. */
  sysctl(name: string): string | undefined
  /** The kind of a path on the host, links followed; undefined when missing. */
  pathKind(path: string): 'dir' | 'file' | 'socket' | 'fifo' | 'device' | 'other' | undefined
  /** The path with all links resolved; undefined when it leads nowhere. Without it no path is taken for a link. */
  realPath?(path: string): string | undefined
  /** The mount table of the host, in the order of mounting; without it nothing is mounted below any source. */
  mounts?(): readonly MountEntry[]
  /** Owner and permission bits of a node on the host. */
  pathOwner(path: string): { uid: number; gid: number; mode: number } | undefined
  /** Symbolic links in /dev, by name without `/dev/`, each with the name below /dev that it resolves to. */
  devLinks(): ReadonlyMap<string, string>
  /** True when the devfs ruleset has at least one rule. */
  rulesetExists(number: number): boolean
  /** Rulesets in use (`devfs rule showsets`). */
  rulesets(): readonly number[]
  /**
   * The rules of a set in order, without their numbers (`devfs rule -s N show`). The translation asks only for a set other
   * than 1 to 5 that a container's own set extends. Without this function such a config is refused.
   */
  rulesetRules?(number: number): readonly string[]
  /**
   * Addresses of each interface of the host, or of a jail with a network stack of its own (`ifconfig -a`). An address that
   * the interface had before is not removed by `delete`.
   */
  interfaceAddresses?(jail?: string): ReadonlyMap<string, readonly string[]>
  /** MTU of a bridge and how many members it has; undefined when there is no such interface. */
  bridge?(name: string): { mtu: number; members: number } | undefined
  /**
   * Those of the MAC and IP addresses `wanted` that a bridge has, or a container whose epair joins it, each with its owner;
   * IP addresses in the VLAN alone.
   */
  addressesOnBridge?(
    bridge: string,
    wanted: readonly string[],
    vlan: number | undefined,
  ): ReadonlyMap<string, string>
  /**
   * The property `jailed` of a ZFS file system, `volume` for a volume, which has no such property, `none` for a missing
   * dataset, undefined where this cannot be found out.
   */
  datasetJailed?(name: string): 'on' | 'off' | 'volume' | 'none' | undefined
  /** True when a kernel module is loaded or built in (kldstat -m, lsvfs); undefined where this cannot be found out. */
  moduleLoaded(name: string): boolean | undefined
  /**
   * A parent jail's parameters (`children.max`, `allow.chflags`, `vnet` ...) as far as they are known, undefined when
   * there is no such jail.
   */
  jail(name: string): Readonly<Record<string, string>> | undefined
  /** Bytes of the host's physical memory, of which percentages are taken. */
  physicalMemory(): bigint
}
