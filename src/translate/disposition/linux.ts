/** The fates of the properties of config-linux.md, one row each. */

import { IGNORED_LIMITS } from '../limits/ignored.ts'
import { type Disposition, ignored, type Rows, translated } from './row.ts'

/** The same row for a property and for some properties inside it. */
const all = (row: Disposition, path: string, ...names: string[]): Rows =>
  Object.fromEntries(
    [path, ...names.map(name => `${path}${name.startsWith('[') ? '' : '.'}${name}`)].map(key => [key, row]),
  )

/** Rows of a limit without effect, with the reason that `create` gives too. */
const inVain = (path: keyof typeof IGNORED_LIMITS, ...names: string[]): Rows =>
  all(ignored(IGNORED_LIMITS[path]), `linux.resources.${path}`, ...names)

const throttle = (path: string, resource: string, unit: string): Rows => ({
  [path]: translated(
    `rctl rule jail:NAME:${resource}:throttle=N with the smallest rate of the list: FreeBSD counts all disks of a jail together.`,
  ),
  [`${path}[].major`]: ignored('rctl(8) knows no single disks.'),
  [`${path}[].minor`]: ignored('rctl(8) knows no single disks.'),
  [`${path}[].rate`]: translated(`The amount of the rctl rule for ${resource}, ${unit} a second.`),
})

const NO_SECCOMP = 'FreeBSD has no filter of system calls; the jail is the confinement.'
const NO_USER_NAMESPACE =
  'FreeBSD has no user namespaces: root in the jail is root without the privileges a jail takes away. A warning says so.'
const NO_RDT = 'FreeBSD does not offer Intel RDT.'
const NO_POLICY = 'Not translated; cpuset(1) -n sets a domain policy by hand.'

/** Rows of the linux section. */
export const linuxRows: Rows = {
  'linux.devices': translated("Rules of a devfs ruleset of the container's own."),
  'linux.devices[].type': translated(
    'With the numbers, finds the FreeBSD name of a well-known device; a FIFO (p) is ignored, and FreeBSD has no block devices.',
  ),
  'linux.devices[].path': translated(
    'devfs rule "path NAME unhide" after the table of Linux names (/dev/net/tun is tun*, /dev/kvm is vmm*, /dev/ttyS0 is cuau0 ...); a name that the host does not have is refused, unless Linux runtimes always add it.',
  ),
  'linux.devices[].major': translated(
    'Finds the FreeBSD name when the path is not in the table; otherwise without meaning.',
  ),
  'linux.devices[].minor': translated(
    'Finds the FreeBSD name when the path is not in the table; otherwise without meaning.',
  ),
  'linux.devices[].fileMode': translated('devfs rule action mode, in octal.'),
  'linux.devices[].uid': translated('devfs rule action user.'),
  'linux.devices[].gid': translated('devfs rule action group.'),

  'linux.resources': translated(
    'Rules of rctl(8) on the jail, which need kern.racct.enable=1 (see --limits), and its cpuset(1).',
  ),
  'linux.resources.memory': translated(
    'Rules of rctl(8) for memoryuse and swapuse; nothing is killed at the limit.',
  ),
  'linux.resources.memory.limit': translated(
    'rctl rule jail:NAME:memoryuse:deny=N: a soft limit, memory beyond it is paged out and allocations still succeed. -1 means no rule.',
  ),
  'linux.resources.memory.swap': translated(
    'rctl rule jail:NAME:swapuse:deny=N, which counts anonymous memory when it is reserved; approximate. -1 means no rule. Below 32m a warning: what the first process has reserved before it becomes the program counts for as long as it lives.',
  ),
  ...inVain('memory.reservation'),
  ...inVain('memory.kernel'),
  ...inVain('memory.kernelTCP'),
  ...inVain('memory.swappiness'),
  ...inVain('memory.disableOOMKiller'),
  ...all(
    ignored('Usage of child jails always counts for the parent.'),
    'linux.resources.memory.useHierarchy',
  ),
  ...all(
    ignored('rctl(8) takes a limit below the present usage.'),
    'linux.resources.memory.checkBeforeUpdate',
  ),
  'linux.resources.cpu': translated('rctl rule for pcpu and cpuset(1).'),
  'linux.resources.cpu.quota': translated(
    'rctl rule jail:NAME:pcpu:deny=N, N = quota * 100 / period percent of one CPU, rounded up; 0 and below mean no rule.',
  ),
  'linux.resources.cpu.period': translated('See quota; 100000 when absent.'),
  'linux.resources.cpu.cpus': translated('cpuset -l LIST -j NAME, after the list has been checked.'),
  ...inVain('cpu.burst'),
  ...inVain('cpu.shares'),
  ...inVain('cpu.mems'),
  ...inVain('cpu.realtimePeriod'),
  ...inVain('cpu.realtimeRuntime'),
  ...inVain('cpu.idle'),
  'linux.resources.pids': translated('rctl rule for maxproc.'),
  'linux.resources.pids.limit': translated(
    'rctl rule jail:NAME:maxproc:deny=N (processes, not threads); 0 and below mean no rule.',
  ),
  'linux.resources.blockIO': translated('The throttles as rctl rules.'),
  ...inVain('blockIO.weight'),
  ...inVain('blockIO.leafWeight'),
  ...inVain('blockIO.weightDevice', '[].major', '[].minor', '[].weight', '[].leafWeight'),
  ...throttle('linux.resources.blockIO.throttleReadBpsDevice', 'readbps', 'bytes'),
  ...throttle('linux.resources.blockIO.throttleWriteBpsDevice', 'writebps', 'bytes'),
  ...throttle('linux.resources.blockIO.throttleReadIOPSDevice', 'readiops', 'operations'),
  ...throttle('linux.resources.blockIO.throttleWriteIOPSDevice', 'writeiops', 'operations'),
  'linux.resources.devices': translated(
    "Rules of a devfs ruleset of the container's own for devices named by numbers; nothing else is shown anyway.",
  ),
  'linux.resources.devices[].allow': translated(
    'true unhides the device that the numbers name, false hides it or takes the access away; a rule without numbers changes nothing.',
  ),
  'linux.resources.devices[].type': translated(
    'With the numbers, finds the FreeBSD name of a well-known device.',
  ),
  'linux.resources.devices[].major': translated(
    'With type and minor, finds the FreeBSD name of a well-known device.',
  ),
  'linux.resources.devices[].minor': translated(
    'With type and major, finds the FreeBSD name of a well-known device.',
  ),
  'linux.resources.devices[].access': translated(
    "Letters r, w and m. The node's own mode is cut down to r and w as allowed, or by what is denied; hidden when both are. m has no meaning, mknod(2) is refused in jails: a rule of m alone is ignored.",
  ),
  ...inVain('hugepageLimits', '[].pageSize', '[].limit'),
  ...inVain('network', 'classID', 'priorities', 'priorities[].name', 'priorities[].priority'),
  ...inVain('rdma', '*.hcaHandles', '*.hcaObjects'),
  ...inVain('unified'),

  'linux.namespaces': ignored('A jail is made in any case; what it shares is said by jail parameters.'),
  'linux.namespaces[].type': ignored(
    'podman lists them in every Linux image without meaning them; a network stack of its own comes from the annotation org.freebsd.jail.vnet. One of kind ipc without a path gives a Linux image System V IPC of its own (sysvmsg, sysvsem, sysvshm = new), without which PostgreSQL does not start. One of users is a warning.',
  ),
  'linux.namespaces[].path': ignored(
    'FreeBSD has no namespace files; the annotation org.freebsd.parentJail joins a jail.',
  ),
  ...all(ignored(NO_USER_NAMESPACE), 'linux.uidMappings', '[].containerID', '[].hostID', '[].size'),
  ...all(ignored(NO_USER_NAMESPACE), 'linux.gidMappings', '[].containerID', '[].hostID', '[].size'),
  ...all(
    ignored('Clocks are the same in every jail.'),
    'linux.timeOffsets',
    'boottime',
    'boottime.secs',
    'boottime.nanosecs',
    'monotonic',
    'monotonic.secs',
    'monotonic.nanosecs',
  ),
  ...all(
    ignored(
      'Names of Linux interfaces; use freebsd.jail.vnetInterfaces or the annotations org.jailwright.net.*.',
    ),
    'linux.netDevices',
    '*.name',
  ),
  'linux.cgroupsPath': ignored('FreeBSD has no control groups; limits are rules on the jail.'),
  'linux.sysctl': ignored(
    "Names of the Linux kernel; a vnet jail sets net.* of its own stack by itself. One of FreeBSD's names is a warning.",
  ),
  ...all(
    ignored(NO_SECCOMP),
    'linux.seccomp',
    'defaultAction',
    'defaultErrnoRet',
    'flags',
    'listenerPath',
    'listenerMetadata',
    'architectures',
    'syscalls',
    'syscalls[].names',
    'syscalls[].action',
    'syscalls[].errnoRet',
    'syscalls[].args',
    'syscalls[].args[].index',
    'syscalls[].args[].value',
    'syscalls[].args[].valueTwo',
    'syscalls[].args[].op',
  ),
  'linux.rootfsPropagation': ignored('FreeBSD has no propagation of mounts.'),
  'linux.maskedPaths': translated(
    'Where the path exists: an empty read-only tmpfs over a directory, an empty read-only file over a file; on the /dev of the container a devfs rule. A FIFO, socket or device of the image is refused: nothing can be mounted on it. Made after all other mounts.',
  ),
  'linux.readonlyPaths': translated(
    'Where the path exists: a read-only copy over it (a directory: a tmpfs, within the limits of tmpcopyup; a file: a nullfs of a copy), made before what is mounted in it, which keeps its own options; what changes in the path later is not seen. A mount on exactly the path is made read-only instead. Not needed in procfs, linprocfs, linsysfs and devfs.',
  ),
  'linux.mountLabel': ignored('FreeBSD has no SELinux.'),
  ...all(
    ignored(NO_RDT),
    'linux.intelRdt',
    'closID',
    'schemata',
    'l3CacheSchema',
    'memBwSchema',
    'enableMonitoring',
  ),
  ...all(ignored(NO_POLICY), 'linux.memoryPolicy', 'mode', 'nodes', 'flags'),
  ...all(
    ignored('The linuxulator answers as the architecture of the program asks.'),
    'linux.personality',
    'domain',
    'flags',
  ),
}
