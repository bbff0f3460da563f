/**
 * The host as the rest of the program sees it: tools and system calls. FreeBSD and the simulated host answer the same calls,
 * and no code outside this folder depends on which of the two it runs on.
 */

/** FreeBSD's tools by name; `tools.ts` maps each to its absolute path on FreeBSD. */
export type Tool = 'ifconfig' | 'route' | 'rctl' | 'cpuset' | 'sysctl' | 'ps' | 'jls' | 'zfs'

/** The result of a tool that has ended. */
export interface ToolResult {
  status: number
  stdout: string
  stderr: string
}

/** A process as the host sees it (kinfo_proc: ki_start, ki_jid, ki_stat). */
export interface ProcessInfo {
  pid: number
  /** Start time, which may only be compared for equality. Pid and start time together identify one process. */
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
  /** Id of the file system in 16 hexadecimal digits. */
  fsid: string
  /**
   * Those of the flags `ro`, `noexec`, `nosuid` and `ignore` (MNT_IGNORE, which hides a mount from df(1)) that the mount has.
   */
  flags?: readonly string[]
}

/** Calls that differ between FreeBSD and the simulated host. All are synchronous and throw `SyscallError`. */
export interface KernelCalls {
  /** nmount(2) with the flag MNT_IGNORE, so that mount(8) and df(1) of the host leave the mount out; `mount -v` shows it. */
  nmount(options: readonly MountOption[]): void
  /**
   * unmount(2); `force` is MNT_FORCE. With `fsid` (from `mountAt`) the id selects the mount, and `path` is only for messages.
   */
  unmount(path: string, options?: { force?: boolean; fsid?: string | undefined }): void
  /** jail_attach(2) of the calling process. Fails with EPERM while a directory descriptor is open. */
  jailAttach(jid: number): void
  /**
   * jail_remove(2): kills every process of the jail and of its child jails, and removes them. EINVAL when the jail does not
   * exist.
   */
  jailRemove(jid: number): void
  /** Gives the jid of a live jail by its full name (jail_get(2)); undefined when there is none. */
  jailId(name: string): number | undefined
  /** Gives parameters of a jail as jls(8) prints them (jail_get(2)); undefined when the jail is gone. */
  jailParams(jid: number, names: readonly string[]): Record<string, string> | undefined
  /** Gives a process by its pid (sysctl kern.proc.pid); undefined when there is none. */
  processInfo(pid: number): ProcessInfo | undefined
  /** Gives many processes by pid with one call (sysctl kern.proc.proc); processes that are gone are left out. */
  processInfos(pids: readonly number[]): Map<number, ProcessInfo>
  /** Gives the pids of all processes whose jail is `jid` or a descendant of it (sysctl kern.proc.proc). */
  jailProcesses(jid: number): number[]
  /** Gives the value of an oid as `sysctl -n` prints it; undefined for an unknown oid. Integers of all types are decimal. */
  sysctl(name: string): string | undefined
  /** True when the oid exists; for `security.jail.param.*`, where a node without a value counts too. */
  sysctlExists(name: string): boolean
  /** Gives the mount on exactly this path (statfs(2) with f_mntonname equal to the path); undefined when there is none. */
  mountAt(path: string): { fstype: string; from: string; fsid: string } | undefined
  /**
   * jail_set(2) with parameters in jail(8)'s words, typed by the kernel's catalogue (security.jail.param); `true` stands for a
   * parameter without a value. Gives the jid. `update` changes the jail that the parameter `jid` or `name` selects. A failure
   * has the kernel's message where the kernel gives one. Unlike jail(8), this loads no kernel module.
   */
  jailSet(
    parameters: readonly (readonly [name: string, value: string | true])[],
    mode: 'create' | 'update',
  ): number
  /** DEVFSIO_SGETNEXT: gives the numbers of rulesets that have rules. */
  devfsRulesets(): number[]
  /**
   * DEVFSIO_RGETNEXT: gives the rules of a ruleset in order, as `devfs rule -s N show` prints them but without their numbers.
   */
  devfsRules(ruleset: number): string[]
  /** DEVFSIO_RADD: appends a rule in devfs(8)'s words (`path dri/* unhide mode 0660`); EINVAL for a text that is no rule. */
  devfsAddRule(ruleset: number, rule: string): void
  /** DEVFSIO_RDEL of every rule of a ruleset (`devfs rule -s N delset`); it is no error when the ruleset does not exist. */
  devfsDeleteRuleset(ruleset: number): void
  /**
   * DEVFSIO_RAPPLY on the devfs that is mounted at a directory (`devfs -m DIR rule apply RULE`). Links in the path are
   * followed, so a caller that does not trust the path enters the directory with fchdir(2) and passes `.`. ENOTTY for another
   * file system.
   */
  devfsApplyRule(mountPoint: string, rule: string): void
  /** rctl_add_rule(2) with a rule in rctl(8)'s words. ENOSYS when the kernel has no resource accounting. */
  rctlAddRule(rule: string): void
  /** rctl_remove_rule(2): removes every rule that the filter matches; ESRCH when no rule matches. */
  rctlRemoveRule(filter: string): void
  /** rctl_get_racct(2): gives the resource usage of a subject, such as `cputime=0,datasize=4096`. */
  rctlUsage(filter: string): string
  /** rctl_get_rules(2): gives the rules that the filter matches, separated by commas. */
  rctlRules(filter: string): string
  /** kldload(2); it is no error when the module is loaded already. */
  kldLoad(name: string): void
  /** True when a module or a file of this name is loaded (modfind(2), kldfind(2)). */
  moduleLoaded(name: string): boolean
  /** cpuset_setaffinity(2) with CPU_WHICH_JAIL: lets a jail run on the processors with these numbers only. */
  cpusetJail(jid: number, cpus: readonly number[]): void
  /** Gives lo0 in the calling process's network stack the addresses 127.0.0.1/8 and ::1/128, and brings it up. */
  loopbackUp(): void
  /** setfib(2): sets the routing table of the calling process, which its program keeps after execve(2). */
  setFib(fib: number): void
  /**
   * Gives all mounts in the order of mounting (getfsstat(2)). `on` is the path at the time of mounting; a later rename does not
   * change it.
   */
  mounts(): readonly MountEntry[]
}

/** The calls that change nothing. */
export type KernelQueries = Pick<
  KernelCalls,
  'jailId' | 'jailParams' | 'processInfo' | 'processInfos' | 'jailProcesses' | 'sysctl' | 'sysctlExists'
>

/** A directory or file inside a root, found without following a link out of the root, and held by a descriptor. */
export interface BeneathTarget {
  /** Open descriptor of the object (O_PATH-like where the host has it); the caller closes it. */
  fd: number
  /** Its path on the host without links; the path is below the root. */
  path: string
  kind: 'dir' | 'file' | 'socket' | 'other'
  /** Host paths of the objects that the search made, outermost first. */
  created: readonly string[]
}

/** Calls that concern the calling process, descriptors and terminals. All are synchronous and throw `SyscallError`. */
export interface ProcessCalls {
  /** execve(2); throws when it fails, and does not return otherwise. */
  execve(path: string, argv: readonly string[], env: readonly string[]): never
  /** Prepares execve(2), and gives the function that makes the call. */
  prepareExecve(path: string, argv: readonly string[], env: readonly string[]): () => never
  /** setrlimit(2) by FreeBSD's resource name without prefix (`NOFILE`, `AS`); -1n is RLIM_INFINITY. */
  setrlimit(resource: string, soft: bigint, hard: bigint): void
  /**
   * Gives the soft limit of descriptors that this command's caller has, when the engine has raised its own; undefined when
   * unknown.
   */
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
  /** Closes every directory descriptor from `first` on, because jail_attach(2) refuses a process that has one open. */
  closeDirectories(first: number): void
  fchdir(fd: number): void
  setsid(): void
  /** Opens a new pseudo terminal (posix_openpt(2)): gives the descriptors of both ends, and the slave's path. */
  openPty(): { master: number; slave: number; path: string }
  /** TIOCSCTTY: makes the terminal the controlling one of the calling session leader. */
  setControllingTerminal(fd: number): void
  setWindowSize(fd: number, rows: number, columns: number): void
  getWindowSize(fd: number): { rows: number; columns: number }
  /** Puts a terminal into raw mode; gives the former settings for `restoreTerminal`. */
  makeRaw(fd: number): Uint8Array
  restoreTerminal(fd: number, saved: Uint8Array): void
  /** Sends one descriptor with SCM_RIGHTS over a unix stream socket; works for paths longer than sun_path. */
  sendDescriptor(socketPath: string, fd: number, payload: string): void
  /** flock(2), which waits for the lock; with `nonBlocking` it gives false instead when another open file holds the lock. */
  flock(fd: number, mode: 'exclusive' | 'shared', options?: { nonBlocking?: boolean }): boolean
  /** Looks up the C functions that init calls inside a jail; `jailAttach` does it when this was not called before. */
  prepareForJail(): void
  /**
   * Forbids tracing of this process until execve(2): PROC_TRACE_CTL of procctl(2), on the simulated host PR_SET_DUMPABLE of
   * prctl(2).
   */
  disableTracing(): void
  /** PROC_NO_NEW_PRIVS_CTL of procctl(2), on the simulated host PR_SET_NO_NEW_PRIVS of prctl(2). */
  setNoNewPrivileges(): void
  /**
   * Makes a user the owner of the terminal on standard input. `path` is the terminal's path in this process's root; nothing is
   * done when the path is missing or leads to another object.
   */
  giveTerminal(path: string, uid: number): void
  /** kill(2) with this host's number of the signal; ESRCH is thrown too. */
  kill(pid: number, signal: number): void
  /** _exit(2): ends the process at once and flushes nothing. */
  exitNow(status: number): never
  mkfifo(path: string, mode: number): void
  /**
   * open(2) with O_NONBLOCK, which does not wait for the other end of a FIFO: writing gets ENXIO when the FIFO has no reader.
   */
  openNonBlocking(path: string, mode: 'read' | 'write'): number
  /** open(2) of one name for reading, with O_NOFOLLOW and O_NONBLOCK: ELOOP (on FreeBSD EMLINK) for a symbolic link. */
  openNoFollow(name: string): number
  /**
   * Finds `destination` inside `root`, component by component with openat(2) and O_NOFOLLOW. Links, absolute ones too, are
   * resolved inside the root, and `..` does not leave it. With `create`, missing components are made, the last one with the
   * permission bits `mode`; `onCreate` is called for each of them, records the undo and calls `make`. undefined when the
   * destination is missing and `create` is absent. ENOTDIR, ELOOP and other SyscallErrors name the destination. `passed` is
   * filled with the descriptors of the directories from the root down to the one above the result, which the caller closes.
   */
  openBeneath(
    root: string,
    destination: string,
    options: {
      create?: 'dir' | 'file'
      mode?: number
      onCreate?: (path: string, kind: 'dir' | 'file', make: () => void) => void
      passed?: number[]
    },
  ): BeneathTarget | undefined
}

/** How a tool is run. */
export interface RunOptions {
  /** Text for the tool's standard input, which is empty when this is absent. */
  stdin?: string
  /**
   * A descriptor that the tool inherits as 3. A lock (flock(2)) on it is then held until the tool has ended, too. A tool that
   * enters a jail does not inherit it (see `entersJail` in tools.ts).
   */
  keepOpen?: number
}

/** The part of a host that the most frequent commands (`state`, `start`, `kill`) need; it loads faster than a `Host`. */
export interface EverydayHost {
  kernel: KernelQueries
  process: Pick<ProcessCalls, 'flock' | 'kill' | 'openNonBlocking' | 'setBlocking'>
  /** Gives this host's number of a signal by its name without SIG (`TERM`); undefined when unknown. */
  signalNumber(name: string): number | undefined
}

/** Everything the program asks of the host, passed as one value. */
export interface Host extends EverydayHost {
  kernel: KernelCalls
  process: ProcessCalls
  /**
   * Runs a tool to its end with an environment of its own and without inherited descriptors; no exit status is thrown as an
   * error.
   */
  run(tool: Tool, args: readonly string[], options?: RunOptions): ToolResult
  /** Gives a signal's name without SIG by this host's number; undefined when unknown. */
  signalName(number: number): string | undefined
  /** The host's name, which is for messages only: no code may depend on it. */
  readonly name: 'freebsd' | 'simulated'
}
