/**
 * The host as the rest of the program sees it: tools and system calls. FreeBSD and the simulated host answer the same
 * calls; no code above this folder knows which of the two it runs on.
 */

/** FreeBSD's tools by name; `tools.ts` maps each to its absolute path on FreeBSD. */
export type Tool =
  | 'jail'
  | 'devfs'
  | 'ifconfig'
  | 'route'
  | 'rctl'
  | 'cpuset'
  | 'kldload'
  | 'kldstat'
  | 'sysctl'
  | 'ps'
  | 'jls'
  | 'zfs'

/** The result of a tool that has ended. */
export interface ToolResult {
  status: number
  stdout: string
  stderr: string
}

/** A process as the host sees it (kinfo_proc: ki_start, ki_jid, ki_stat). */
export interface ProcessInfo {
  pid: number
  /** Start time, opaque and comparable for equality only: with the pid it identifies a process for ever. */
  start: string
  /** Jail id, 0 on the host. */
  jid: number
  /** True for a zombie (ki_stat 5). */
  zombie: boolean
  /** True when stopped by a signal (ki_stat 4). */
  stopped: boolean
}

/** One nmount(2) option: a name and a string value, or `undefined` for a flag such as `ro`. */
export type MountOption = readonly [name: string, value: string | undefined]

/** One mount of the host's table. */
export interface MountEntry {
  on: string
  fstype: string
  from: string
  /** 16 hex digits. */
  fsid: string
  /** Of its flags: `ro`, `noexec`, `nosuid`, `ignore` (MNT_IGNORE: made by a container runtime or the like). */
  flags?: readonly string[]
}

/** Calls that differ between FreeBSD and the simulated host. All are synchronous and throw `SyscallError`. */
export interface KernelCalls {
  /** nmount(2) with MNT_IGNORE added, so that `mount` and `df` on the host stay readable (only `mount -v` shows them). */
  nmount(options: readonly MountOption[]): void
  /** unmount(2); `force` is MNT_FORCE; with `fsid` (as `mountAt` gives it) MNT_BYFSID, and `path` only for messages. */
  unmount(path: string, options?: { force?: boolean; fsid?: string | undefined }): void
  /** jail_attach(2) of the calling process. Fails with EPERM while a directory descriptor is open. */
  jailAttach(jid: number): void
  /** jail_remove(2): kills every process of the jail and of its children and removes it. EINVAL when there is none. */
  jailRemove(jid: number): void
  /** jail_get(2) for the jid of a live jail by full name, undefined when there is none. */
  jailId(name: string): number | undefined
  /** jail_get(2) of string parameters of a jail (`name`, `path`, `parent`, `children.max` ...). undefined when gone. */
  jailParams(jid: number, names: readonly string[]): Record<string, string> | undefined
  /** A process by pid (sysctl kern.proc.pid), undefined when there is none. */
  processInfo(pid: number): ProcessInfo | undefined
  /** The same for many pids in one go (sysctl kern.proc.proc), by pid; those that are gone are left out. */
  processInfos(pids: readonly number[]): Map<number, ProcessInfo>
  /** pids of all processes whose jail is `jid` or a child of it (sysctl kern.proc). */
  jailProcesses(jid: number): number[]
  /** sysctlbyname(3) as text (`sysctl -n`), undefined for an unknown oid. Any integer type is given in decimal. */
  sysctl(name: string): string | undefined
  /** True when the oid exists; used for `security.jail.param.*` (a node may be no readable value). */
  sysctlExists(name: string): boolean
  /** Full path of the mount on exactly this directory or file (statfs f_mntonname equal to path), with its type. */
  mountAt(path: string): { fstype: string; from: string; fsid: string } | undefined
  /**
   * jail_set(2): parameters in jail(8)'s words, typed by the kernel's catalogue (security.jail.param); `true` stands for a
   * parameter without a value. Gives the jid. `update`: the jail that `jid` or `name` among the parameters names. Fails with
   * the kernel's own words where it has some. No module is loaded.
   */
  jailSet(
    parameters: readonly (readonly [name: string, value: string | true])[],
    mode: 'create' | 'update',
  ): number
  /** DEVFSIO_SGETNEXT: numbers of rulesets that have rules. */
  devfsRulesets(): number[]
  /** DEVFSIO_RGETNEXT: rules of a set in order, as `devfs rule -s N show` prints them, without their numbers. */
  devfsRules(ruleset: number): string[]
  /** DEVFSIO_RADD: appends a rule in devfs(8)'s words (`path dri/* unhide mode 0660`); EINVAL for what is none. */
  devfsAddRule(ruleset: number, rule: string): void
  /** DEVFSIO_RDEL of every rule of a set (`devfs rule -s N delset`); a set that is not there is no error. */
  devfsDeleteRuleset(ruleset: number): void
  /**
   * DEVFSIO_RAPPLY on the devfs mounted at a directory (`devfs -m DIR rule apply ...`); links are followed, so a caller that
   * does not trust the path goes into the directory by a descriptor and passes `.`. ENOTTY when it is no devfs.
   */
  devfsApplyRule(mountPoint: string, rule: string): void
  /** rctl_add_rule(2) in rctl(8)'s words. ENOSYS when the kernel accounts for nothing. */
  rctlAddRule(rule: string): void
  /** rctl_remove_rule(2): every rule that the filter matches; ESRCH when none does. */
  rctlRemoveRule(filter: string): void
  /** rctl_get_racct(2): `cputime=0,datasize=...`. */
  rctlUsage(filter: string): string
  /** rctl_get_rules(2): with commas between. */
  rctlRules(filter: string): string
  /** kldload(2); a module that is loaded already is no error. */
  kldLoad(name: string): void
  /** kldfind(2), modfind(2). */
  moduleLoaded(name: string): boolean
  /** cpuset_setaffinity(2) of a jail (CPU_WHICH_JAIL), by numbers of processors. */
  cpusetJail(jid: number, cpus: readonly number[]): void
  /** Of the calling process's own network stack: lo0 with 127.0.0.1/8 and ::1, up. */
  loopbackUp(): void
  /** setfib(2): the routing table of the calling process and of what it becomes. */
  setFib(fib: number): void
  /** All mounts in the order of mounting (getfsstat(2)); `on` is where each was made: later renames do not change it. */
  mounts(): readonly MountEntry[]
}

/** The calls that only ask. */
export type KernelQueries = Pick<
  KernelCalls,
  'jailId' | 'jailParams' | 'processInfo' | 'processInfos' | 'jailProcesses' | 'sysctl' | 'sysctlExists'
>

/** A directory or file inside a root, found without ever following a link out of it, and held by a descriptor. */
export interface BeneathTarget {
  /** Open descriptor of the object (O_PATH-like where the host has it); the caller closes it. */
  fd: number
  /** Its path on the host, links resolved: below the root by construction. */
  path: string
  kind: 'dir' | 'file' | 'socket' | 'other'
  /** Host paths that were made on the way, outermost first (undo in reverse). */
  created: readonly string[]
}

/** Calls about the calling process, descriptors and terminals. Synchronous; failures throw `SyscallError`. */
export interface ProcessCalls {
  /** execve(2); returns only by throwing. */
  execve(path: string, argv: readonly string[], env: readonly string[]): never
  /** Prepares execve(2), and gives the function that makes the call. */
  prepareExecve(path: string, argv: readonly string[], env: readonly string[]): () => never
  /** setrlimit(2) by FreeBSD's resource name without prefix (`NOFILE`, `AS`); -1n is RLIM_INFINITY. */
  setrlimit(resource: string, soft: bigint, hard: bigint): void
  /** Soft limit of descriptors of whoever called this command, before the engine raised it; undefined when unknown. */
  callersDescriptors(): bigint | undefined
  /** Sets the soft limit of descriptors; only for a process that is about to become a program. */
  restoreDescriptors(soft: bigint): void
  /** setgroups([gid, ...groups]), setgid, setuid in that order (docs/freebsd/processes.md). */
  setCredentials(uid: number, gid: number, groups: readonly number[]): void
  /** Default dispositions and an empty mask for every signal (the engine ignores SIGPIPE; the container must not). */
  resetSignals(): void
  /** Marks every descriptor >= first close-on-exec. */
  closeOnExecFrom(first: number): void
  /** Clears close-on-exec on one descriptor. */
  keepOnExec(fd: number): void
  dup2(from: number, to: number): void
  setBlocking(fd: number): void
  setNonBlocking(fd: number): void
  close(fd: number): void
  /** Close without complaint every directory descriptor >= first; see jail_attach(2). */
  closeDirectories(first: number): void
  fchdir(fd: number): void
  setsid(): void
  /** posix_openpt(3): descriptors of both ends and the slave's path. */
  openPty(): { master: number; slave: number; path: string }
  /** TIOCSCTTY. */
  setControllingTerminal(fd: number): void
  setWindowSize(fd: number, rows: number, columns: number): void
  getWindowSize(fd: number): { rows: number; columns: number }
  /** Puts a terminal into raw mode; gives the former settings for `restoreTerminal`. */
  makeRaw(fd: number): Uint8Array
  restoreTerminal(fd: number, saved: Uint8Array): void
  /** Sends one descriptor with SCM_RIGHTS over a unix stream socket; works for paths longer than sun_path. */
  sendDescriptor(socketPath: string, fd: number, payload: string): void
  /** flock(2), blocking unless told otherwise; false when non-blocking and taken. */
  flock(fd: number, mode: 'exclusive' | 'shared', options?: { nonBlocking?: boolean }): boolean
  /** Looks up the C functions that init calls inside a jail; `jailAttach` does so at the latest. */
  prepareForJail(): void
  /** procctl(PROC_TRACE_CTL, PROC_TRACE_CTL_DISABLE); prctl(PR_SET_DUMPABLE, 0) on the simulated host. */
  disableTracing(): void
  /** procctl(PROC_NO_NEW_PRIVS_CTL) / prctl(PR_SET_NO_NEW_PRIVS). */
  setNoNewPrivileges(): void
  /**
   * Makes a user the owner of the terminal on standard input, by its path in this process's own /dev. Does nothing where
   * the path is missing or is another object.
   */
  giveTerminal(path: string, uid: number): void
  /** kill(2) by this host's signal number; `ESRCH` is thrown as SyscallError. */
  kill(pid: number, signal: number): void
  /** _exit(2): ends the process at once and flushes nothing. */
  exitNow(status: number): never
  mkfifo(path: string, mode: number): void
  /** open(2) without waiting for a peer: O_RDONLY or O_WRONLY with O_NONBLOCK. ENXIO for a FIFO without a reader. */
  openNonBlocking(path: string, mode: 'read' | 'write'): number
  /** open(2) of one name for reading, O_NOFOLLOW and O_NONBLOCK: ELOOP (FreeBSD: EMLINK) for a symbolic link. */
  openNoFollow(name: string): number
  /**
   * Finds `destination` inside `root` component by component with openat(2) and O_NOFOLLOW, links (also absolute ones)
   * resolved inside the root, `..` never above it. Missing components are made when `create` is given; `mode` is that of
   * the last one. `onCreate` is called for each missing component: it records the undo, then calls `make`. undefined when
   * the destination is missing and `create` is not given; ENOTDIR, ELOOP and other SyscallErrors name the destination.
   */
  openBeneath(
    root: string,
    destination: string,
    options: {
      create?: 'dir' | 'file'
      mode?: number
      onCreate?: (path: string, kind: 'dir' | 'file', make: () => void) => void
    },
  ): BeneathTarget | undefined
}

/** How a tool is run. */
export interface RunOptions {
  /** Written to its standard input; nothing when absent. */
  stdin?: string
  /** A descriptor that the tool inherits as 3, so that a lock on it is held until the tool has ended too. */
  keepOpen?: number
}

/** The part of a host that the most frequent commands (`state`, `start`, `kill`) need; it loads faster than a `Host`. */
export interface EverydayHost {
  kernel: KernelQueries
  process: Pick<ProcessCalls, 'flock' | 'kill' | 'openNonBlocking' | 'setBlocking'>
  /** Signal number of this host by name without SIG (`TERM`), undefined when unknown. */
  signalNumber(name: string): number | undefined
}

/** Everything the program asks of the host, passed as one value. */
export interface Host extends EverydayHost {
  kernel: KernelCalls
  process: ProcessCalls
  /** Runs a tool to its end with a clean environment and no inherited descriptors; never throws for a status. */
  run(tool: Tool, args: readonly string[], options?: RunOptions): ToolResult
  /** Name without SIG by number. */
  signalName(number: number): string | undefined
  /** `freebsd` or `simulated`: for messages only, nothing may branch on it. */
  readonly name: 'freebsd' | 'simulated'
}
