// Generating C that compares the numbers of the C interface in src/host/ with the system's own headers, by _Static_assert.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { importTypeScript } from './native-functions.mjs'
import { root } from './root.mjs'

const HEADERS = {
  both: [
    ...[
      'stddef.h',
      'dirent.h',
      'errno.h',
      'fcntl.h',
      'poll.h',
      'signal.h',
      'spawn.h',
      'stdio.h',
      'termios.h',
    ],
    ...['time.h', 'unistd.h', 'net/if.h', 'netinet/in.h', 'sys/file.h', 'sys/ioctl.h', 'sys/mount.h'],
    ...[
      'sys/resource.h',
      'sys/socket.h',
      'sys/stat.h',
      'sys/syscall.h',
      'sys/uio.h',
      'sys/un.h',
      'sys/wait.h',
    ],
  ],
  freebsd: [
    ...['sys/sysctl.h', 'sys/jail.h', 'sys/ktrace.h', 'sys/procctl.h', 'sys/cpuset.h', 'sys/linker.h'],
    ...[
      'sys/rctl.h',
      'sys/user.h',
      'fs/devfs/devfs.h',
      'net/if_var.h',
      'netinet/in_var.h',
      'netinet6/in6_var.h',
    ],
    ...['netinet6/nd6.h'],
  ],
  linux: ['sched.h', 'sys/prctl.h', 'linux/close_range.h', 'linux/seccomp.h'],
}

/** The structures of the shared table: their C types, and the C names of their members by the names in the table. */
const STRUCTURES = {
  stat: {
    type: 'struct stat',
    members: {
      ...{ dev: 'st_dev', ino: 'st_ino', mode: 'st_mode', nlink: 'st_nlink', uid: 'st_uid', gid: 'st_gid' },
      ...{ rdev: 'st_rdev', length: 'st_size', mtime: 'st_mtim' },
    },
    sizes: { modeBytes: 'st_mode', nlinkBytes: 'st_nlink' },
  },
  dirent: { type: 'struct DIRENT', members: { reclen: 'd_reclen', type: 'd_type', name: 'd_name' } },
  siginfo: { type: 'siginfo_t', members: { pid: 'si_pid' } },
  msghdr: { type: 'struct msghdr', members: { controllen: 'msg_controllen' } },
  cmsghdr: { type: 'struct cmsghdr', members: { level: 'cmsg_level', type: 'cmsg_type' } },
}

/** The structures of tables that only FreeBSD has, as [file, export, structure]. */
const FREEBSD_STRUCTURES = [
  [
    'kinfo',
    'KINFO_PROC',
    {
      type: 'struct kinfo_proc',
      members: {
        ...{ structsize: 'ki_structsize', pid: 'ki_pid', start: 'ki_start', stat: 'ki_stat', jid: 'ki_jid' },
      },
    },
  ],
  [
    'kinfo',
    'KINFO_FILE',
    {
      type: 'struct kinfo_file',
      members: {
        structsize: 'kf_structsize',
        type: 'kf_type',
        fd: 'kf_fd',
        vnodeType: 'kf_un.kf_file.kf_file_type',
      },
    },
  ],
  [
    'kinfo',
    'STATFS',
    {
      type: 'struct statfs',
      members: {
        flags: 'f_flags',
        fsid: 'f_fsid',
        fstype: 'f_fstypename',
        from: 'f_mntfromname',
        on: 'f_mntonname',
      },
      sizes: { fstypeSize: 'f_fstypename', nameSize: 'f_mntonname' },
    },
  ],
  [
    'devfs-rule',
    'DEVFS_RULE',
    {
      type: 'struct devfs_rule',
      members: {
        ...{
          magic: 'dr_magic',
          id: 'dr_id',
          conditions: 'dr_icond',
          types: 'dr_dswflags',
          pattern: 'dr_pathptrn',
        },
        ...{ actions: 'dr_iacts', visibility: 'dr_bacts', uid: 'dr_uid', gid: 'dr_gid', mode: 'dr_mode' },
        include: 'dr_incset',
      },
      sizes: { patternSize: 'dr_pathptrn' },
    },
  ],
  ['interface-request', 'IFREQ', { type: 'struct ifreq', members: { flags: 'ifr_flags' } }],
  [
    'interface-request',
    'IN_ALIASREQ',
    { type: 'struct in_aliasreq', members: { address: 'ifra_addr', mask: 'ifra_mask' } },
  ],
  [
    'interface-request',
    'IN6_ALIASREQ',
    {
      type: 'struct in6_aliasreq',
      members: {
        ...{ address: 'ifra_addr', mask: 'ifra_prefixmask' },
        ...{ validLifetime: 'ifra_lifetime.ia6t_vltime', preferredLifetime: 'ifra_lifetime.ia6t_pltime' },
      },
    },
  ],
  ['interface-request', 'SOCKADDR_IN', { type: 'struct sockaddr_in', members: { address: 'sin_addr' } }],
  ['interface-request', 'SOCKADDR_IN6', { type: 'struct sockaddr_in6', members: { address: 'sin6_addr' } }],
]

/** Tables of numbers that only FreeBSD has, as [file, export, prefix of the C names]. */
const FREEBSD_NUMBERS = [
  ['kinfo', 'CTLTYPE', 'CTLTYPE_'],
  ['devfs-rule', 'DEVFSIO', 'DEVFSIO_'],
  ['interface-request', 'SIOC', 'SIOC'],
]

/** The C names of the numbers in each list for sysctl(3). */
const MIBS = {
  BOOTTIME: ['CTL_KERN', 'KERN_BOOTTIME'],
  PROC_PID: ['CTL_KERN', 'KERN_PROC', 'KERN_PROC_PID'],
  PROC_PROC: ['CTL_KERN', 'KERN_PROC', 'KERN_PROC_PROC'],
  PROC_FILEDESC: ['CTL_KERN', 'KERN_PROC', 'KERN_PROC_FILEDESC'],
  PROC_RLIMIT: ['CTL_KERN', 'KERN_PROC', 'KERN_PROC_RLIMIT'],
  OID_NAME: ['CTL_SYSCTL', 'CTL_SYSCTL_NAME'],
  OID_FORMAT: ['CTL_SYSCTL', 'CTL_SYSCTL_OIDFMT'],
}

const is = (expression, number) =>
  `_Static_assert((${expression}) == ${number}, "${expression.replaceAll('"', '')} is ${number} in the table");`
const atMost = (expression, number) =>
  `_Static_assert((${expression}) <= ${number}, "${expression} is at most ${number} in the table");`

/** Gives the assertions for the size, the offsets and the sizes of members of one structure. */
function structure({ type, members, sizes = {} }, table) {
  return [
    ...('size' in table ? [is(`sizeof(${type})`, table.size)] : []),
    ...Object.entries(members).map(([key, member]) => is(`offsetof(${type}, ${member})`, table[key])),
    ...Object.entries(sizes).map(([key, member]) => is(`sizeof(((${type} *)0)->${member})`, table[key])),
  ]
}

/** Gives the assertions for the table that both systems have (src/host/abi/abi.ts). */
function sharedTable(abi) {
  const { os } = abi
  const prefixed = (table, prefix) =>
    Object.entries(table)
      .filter(([, value]) => typeof value === 'number' && value > 0)
      .map(([name, value]) => is(`${prefix}${name}`, value))
  const errnos = Array.from({ length: 140 }, (_, at) => [abi.errnoName(at + 1), at + 1])
    .filter(([name]) => name !== undefined)
    // The table uses FreeBSD's name ENOATTR for the error that Linux calls ENODATA.
    .map(([name, number]) => is(os === 'linux' && name === 'ENOATTR' ? 'ENODATA' : name, number))
  // On Linux, SIGRTMIN and SIGRTMAX are no constants, and there is no RLIMIT_VMEM.
  const linuxHasNone = ['RTMIN', 'RTMAX', 'VMEM']
  const known = table =>
    Object.fromEntries(
      Object.entries(table).filter(([name]) => os !== 'linux' || !linuxHasNone.includes(name)),
    )
  const limits = Object.entries(known(abi.rlimits)).filter(([, value]) => value >= 0)
  const width = os === 'linux' ? atMost : is
  const { spawn, socket, msghdr, cmsghdr } = abi
  return [
    ...errnos,
    ...prefixed(known(abi.signals), 'SIG'),
    is(os === 'freebsd' ? '_SIG_MAXSIG' : '_NSIG - 1', abi.lastSignal),
    ...limits.map(([name, value]) => is(`RLIMIT_${name}`, value)),
    is('(unsigned long long)RLIM_INFINITY', `${abi.rlimInfinity}ULL`),
    ...prefixed(abi.open, 'O_'),
    ...prefixed(abi.ioctl, ''),
    is('AT_FDCWD', abi.atFdcwd),
    is('AT_EMPTY_PATH', abi.atEmptyPath),
    is('AT_REMOVEDIR', abi.atRemovedir),
    is('F_DUPFD_CLOEXEC', abi.dupfdCloexec),
    is('CLOCK_MONOTONIC', abi.clockMonotonic),
    ...Object.entries(STRUCTURES).flatMap(([name, each]) => structure(each, abi[name])),
    is('sizeof(posix_spawn_file_actions_t)', spawn.actionsSize),
    is('sizeof(posix_spawnattr_t)', spawn.attributesSize),
    ...prefixed({ ...spawn, actionsSize: 0, attributesSize: 0 }, 'POSIX_SPAWN_'),
    is('SIG_BLOCK', abi.sigBlock),
    is('SIG_SETMASK', abi.sigSetmask),
    is('sizeof(sigset_t)', abi.sigsetSize),
    is('sizeof(struct sigaction)', abi.sigactionSize),
    is('offsetof(struct sigaction, sa_handler)', 0),
    atMost('sizeof(struct termios)', abi.termiosSize),
    ...prefixed({ ...socket, pathMax: 0 }, ''),
    is('sizeof(((struct sockaddr_un *)0)->sun_path) - 1', socket.pathMax),
    is('offsetof(struct sockaddr_un, sun_path)', 2),
    is('offsetof(struct sockaddr_un, sun_family)', socket.lengthByte ? 1 : 0),
    is('offsetof(struct msghdr, msg_iov)', 16),
    is('offsetof(struct msghdr, msg_iovlen)', 24),
    is('offsetof(struct msghdr, msg_control)', 32),
    // Where the kernel has a 64-bit member, musl has an int and four bytes of padding.
    width('sizeof(((struct msghdr *)0)->msg_iovlen)', msghdr.iovlenBytes),
    width('sizeof(((struct msghdr *)0)->msg_controllen)', msghdr.controllenBytes),
    width('sizeof(((struct cmsghdr *)0)->cmsg_len)', cmsghdr.lenBytes),
    is('CMSG_LEN(0)', cmsghdr.data),
    is('CMSG_SPACE(4)', cmsghdr.data + 8),
    is('sizeof(struct iovec)', 16),
    is('offsetof(struct iovec, iov_len)', 8),
    is('sizeof(struct pollfd)', 8),
    is('offsetof(struct pollfd, revents)', 6),
    is('sizeof(struct timespec)', 16),
    is('sizeof(struct rlimit)', 16),
    is('sizeof(struct winsize)', 8),
    is('sizeof(pid_t)', 4),
  ]
}

/** Gives the assertions for the tables that only FreeBSD has. */
async function freebsdTables() {
  const tables = new Map()
  const table = async (file, name) => {
    const source = `src/host/abi/${file}.ts`
    if (!tables.has(source)) tables.set(source, await importTypeScript(source))
    const found = tables.get(source)[name]
    if (found === undefined) throw new Error(`${source} exports no ${name}`)
    return found
  }
  const lines = []
  for (const [file, name, each] of FREEBSD_STRUCTURES)
    if (existsSync(path.join(root, `src/host/abi/${file}.ts`)))
      lines.push(...structure(each, await table(file, name)))
  for (const [file, name, prefix] of FREEBSD_NUMBERS)
    if (existsSync(path.join(root, `src/host/abi/${file}.ts`)))
      for (const [key, value] of Object.entries(await table(file, name)))
        lines.push(is(`${prefix}${key}`, value))
  if (existsSync(path.join(root, 'src/host/abi/mib.ts')))
    for (const [name, numbers] of Object.entries(MIBS)) {
      const found = await table('mib', name)
      lines.push(...numbers.map((each, at) => is(each, found[at])))
    }
  return lines
}

/** Constants that have a C name but a value of their own, because one bound serves both systems. */
const OUR_OWN = new Set(['PATH_MAX'])

/** Gives the system that a file is for; undefined for both systems. */
function systemOf(file) {
  if (/freebsd|kinfo|jail|devfs|interface|loopback|cpus|rctl|mib/.test(file)) return 'freebsd'
  return /simulated|linux/.test(file) ? 'linux' : undefined
}

/** Gives the assertions for every `const NAME = 1` in src/host/ whose name is also a macro of a header. */
function namedConstants(os) {
  const directory = path.join(root, 'src/host')
  const files = readdirSync(directory, { recursive: true }).filter(name => name.endsWith('.ts'))
  return files
    .filter(file => (systemOf(file) ?? os) === os)
    .flatMap(file => [
      ...readFileSync(path.join(directory, file), 'utf8').matchAll(
        /^\s*(?:export )?const ([A-Z][A-Z0-9_]+) = (0x[0-9a-f_]+|[0-9_]+)n?$/gm,
      ),
    ])
    .filter(([, name]) => !OUR_OWN.has(name))
    .flatMap(([, name, value]) => [
      `#ifdef ${name}`,
      is(`(unsigned long)${name}`, value.replaceAll('_', '')),
      '#endif',
    ])
}

/** Gives C that compiles only when the tables are right for `os` (freebsd, linux) on `arch` (x64, arm64). */
export async function abiAsserts(os, arch) {
  const define = { 'process.arch': JSON.stringify(arch) }
  const module = await importTypeScript(`src/host/abi/${os}.ts`, { define })
  return [
    '/* Generated by scripts/generate-abi-asserts.mjs from src/host/. */',
    '#include "system.h"',
    ...[...HEADERS.both, ...HEADERS[os]].map(header => `#include <${header}>`),
    '#ifdef __GLIBC__',
    '#define DIRENT dirent64',
    '#else',
    '#define DIRENT dirent',
    '#endif',
    ...sharedTable(module[os]),
    ...(os === 'freebsd' ? await freebsdTables() : []),
    ...namedConstants(os),
    '',
  ].join('\n')
}
