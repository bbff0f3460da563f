/** The fates of the properties of config.md, one row each. */
import { applied, ignored, type Rows, refused, translated } from './row.ts'

const NO_CAPABILITIES =
  "FreeBSD has no capability sets; what root may do in the jail is decided by the jail's allow.* parameters."
const NO_MAPPINGS =
  'Refused unless empty: FreeBSD has no mounts with mapped ids, and files would show the wrong owners.'
const NO_SCHEDULER =
  'Root of a jail may set neither policy nor real-time priority (sched_setscheduler(2), rtprio(1)); use them on the host for a process of the container.'
const NO_IO_PRIORITY = 'FreeBSD has no I/O priorities of processes.'
const NO_AFFINITY = "A process of exec gets the CPUs of the container's cpuset (linux.resources.cpu.cpus)."
const FOREIGN = 'The section of another platform.'

const hook = (kind: string, note: string): Rows => ({
  [`hooks.${kind}`]: applied(note),
  [`hooks.${kind}[].path`]: applied('Executed as it is, without a shell; must be absolute.'),
  [`hooks.${kind}[].args`]: applied(
    'The whole argv of the hook, args[0] included; the path alone when absent.',
  ),
  [`hooks.${kind}[].env`]: applied("The hook's whole environment; nothing of ours is added."),
  [`hooks.${kind}[].timeout`]: applied(
    'After so many seconds the process group of the hook gets SIGKILL and the hook has failed.',
  ),
})

/** Rows of the properties that all platforms share. */
export const commonRows: Rows = {
  ociVersion: applied(
    'Any 1.x; a minor version above 1.3 gives one warning, another major version is refused.',
  ),

  root: applied('See below.'),
  'root.path': translated('Jail parameter path, links resolved; relative paths count from the bundle.'),
  'root.readonly': translated(
    'A read-only nullfs of the root below the state directory, which becomes the jail parameter path; all mounts go on top of it.',
  ),

  process: applied(
    'The first program. Required, since create starts the process that becomes it; a config without one is refused.',
  ),
  'process.args': applied(
    'execve(2) in the jail as execvp(3) does it: a name without a slash is looked up in the PATH of process.env, and a text without #! is run by /bin/sh. A missing program is an error of create; one whose interpreter is missing an error of start that names it.',
  ),
  'process.cwd': applied(
    'chdir(2) after the jail is entered, so that it cannot lead out of the root. One that is missing is made; below a read-only root before the jail is, and taken away at delete.',
  ),
  'process.env': applied(
    'The whole environment of the program, in this order. HOME comes from the passwd(5) of the container when absent or empty.',
  ),
  'process.terminal': applied(
    'A pseudo terminal by posix_openpt(2), handed over --console-socket, controlling terminal of a new session.',
  ),
  'process.consoleSize': applied('TIOCSWINSZ before the program starts; ignored without process.terminal.'),
  'process.consoleSize.height': applied('Rows of TIOCSWINSZ.'),
  'process.consoleSize.width': applied('Columns of TIOCSWINSZ.'),
  'process.user': applied('Set in the order groups, group, user.'),
  'process.user.uid': applied('setuid(2); 0 when absent.'),
  'process.user.gid': applied('setgid(2); 0 when absent.'),
  'process.user.umask': applied('umask(2); 0022 when absent.'),
  'process.user.additionalGids': applied('setgroups(2), after the primary group.'),
  'process.user.username': ignored('For Windows; ids decide here.'),
  'process.rlimits': applied('setrlimit(2) before the program starts; a type given twice is refused.'),
  'process.rlimits[].type': translated(
    'The limit of that name (RLIMIT_VMEM is RLIMIT_AS). Linux-only limits (LOCKS, MSGQUEUE, NICE, RTPRIO, RTTIME, SIGPENDING) are ignored with a warning, unknown ones refused.',
  ),
  'process.rlimits[].soft': applied('rlim_cur; 2^63 - 1 and above are RLIM_INFINITY.'),
  'process.rlimits[].hard': applied('rlim_max; 2^63 - 1 and above are RLIM_INFINITY.'),
  'process.noNewPrivileges': translated(
    'procctl(2) PROC_NO_NEW_PRIVS_CTL: set-user-id programs gain nothing.',
  ),
  'process.commandLine': ignored('For Windows; process.args is used.'),
  'process.capabilities': ignored(NO_CAPABILITIES),
  'process.capabilities.bounding': ignored(NO_CAPABILITIES),
  'process.capabilities.effective': ignored(NO_CAPABILITIES),
  'process.capabilities.inheritable': ignored(NO_CAPABILITIES),
  'process.capabilities.permitted': ignored(NO_CAPABILITIES),
  'process.capabilities.ambient': ignored(NO_CAPABILITIES),
  'process.apparmorProfile': ignored('FreeBSD has no AppArmor; the jail is the confinement.'),
  'process.selinuxLabel': ignored('FreeBSD has no SELinux; the jail is the confinement.'),
  'process.oomScoreAdj': ignored(
    'FreeBSD has no such score; it kills the largest process that is not under protect(1).',
  ),
  'process.ioPriority': ignored(NO_IO_PRIORITY),
  'process.ioPriority.class': ignored(NO_IO_PRIORITY),
  'process.ioPriority.priority': ignored(NO_IO_PRIORITY),
  'process.scheduler': ignored(NO_SCHEDULER),
  'process.scheduler.policy': ignored(NO_SCHEDULER),
  'process.scheduler.nice': ignored(NO_SCHEDULER),
  'process.scheduler.priority': ignored(NO_SCHEDULER),
  'process.scheduler.flags': ignored(NO_SCHEDULER),
  'process.scheduler.runtime': ignored(NO_SCHEDULER),
  'process.scheduler.deadline': ignored(NO_SCHEDULER),
  'process.scheduler.period': ignored(NO_SCHEDULER),
  'process.execCPUAffinity': ignored(NO_AFFINITY),
  'process.execCPUAffinity.initial': ignored(NO_AFFINITY),
  'process.execCPUAffinity.final': ignored(NO_AFFINITY),

  hostname: translated('Jail parameter host.hostname, with host=new.'),
  domainname: translated('Jail parameter host.domainname, with host=new.'),

  mounts: applied(
    'nmount(2) with MNT_IGNORE, parents before children whatever their order; unmounted in reverse order by delete.',
  ),
  'mounts[].destination': applied(
    'Resolved component by component inside the root, links too, so that the root cannot lead out; missing mount points are made, and removed by delete. A relative one counts from / with a warning; / itself is refused. Directories on one destination are stacked in their order; a second mount where a file or socket is mounted is refused.',
  ),
  'mounts[].type': translated(
    'bind, and rbind or bind among the options, are nullfs; proc is linprocfs for a Linux image, else procfs; sysfs is linsysfs for a Linux image, else left out; a tmpfs on /dev is devfs; cgroup, devpts, mqueue, securityfs and the like are left out; types that FreeBSD has are used as given, others are refused.',
  ),
  'mounts[].source': applied(
    'nmount option from; relative paths count from the bundle. A device below /dev becomes a devfs rule, /dev/null over a file an empty file; a unix socket is reached by a second name beside its mount point, and covers what the root has there.',
  ),
  'mounts[].options': translated(
    'ro, rw, nosuid, noexec and the options of the type as nmount options, sizes in bytes; ruleset= and rule= as devfs rules; tmpcopyup copies after mounting; a tmpfs with ro gets the mount points of what is mounted in it first; rbind shows each mount below the source by a nullfs of its own, bind names them in a warning; options of Linux without meaning here (nodev, relatime, rprivate ...) are dropped; unknown ones are refused.',
  ),
  'mounts[].uidMappings': refused(NO_MAPPINGS),
  'mounts[].uidMappings[].containerID': refused(NO_MAPPINGS),
  'mounts[].uidMappings[].hostID': refused(NO_MAPPINGS),
  'mounts[].uidMappings[].size': refused(NO_MAPPINGS),
  'mounts[].gidMappings': refused(NO_MAPPINGS),
  'mounts[].gidMappings[].containerID': refused(NO_MAPPINGS),
  'mounts[].gidMappings[].hostID': refused(NO_MAPPINGS),
  'mounts[].gidMappings[].size': refused(NO_MAPPINGS),

  hooks: applied("Run in the order of the lists, with the container's state on standard input."),
  ...hook(
    'prestart',
    'Deprecated: run on the host during create, before createRuntime. A failure undoes the create.',
  ),
  ...hook(
    'createRuntime',
    'Run on the host during create, when jail, mounts and network are there. A failure undoes the create.',
  ),
  ...hook(
    'createContainer',
    'Run during create after createRuntime, before the first process enters the jail; on the host, since FreeBSD has no mount namespaces. A failure undoes the create.',
  ),
  ...hook(
    'startContainer',
    'Run inside the jail during start, before the program is executed. After a failure the container is destroyed and its poststop hooks are run.',
  ),
  ...hook(
    'poststart',
    'Run on the host after the program has been executed. After a failure the container is stopped and destroyed and its poststop hooks are run (since 1.3).',
  ),
  ...hook('poststop', 'Run on the host by delete when everything is undone. A failure is a warning.'),

  annotations: applied('Kept and shown by `state`; those listed below steer the runtime.'),

  linux: translated(
    'What has a counterpart, see below; the section also tells a Linux image from a FreeBSD one.',
  ),
  freebsd: applied(
    "With this section the specification's defaults hold for the jail, without it those of ocijail.",
  ),
  windows: ignored(FOREIGN),
  solaris: ignored(FOREIGN),
  vm: ignored(FOREIGN),
  zos: ignored(FOREIGN),
}
