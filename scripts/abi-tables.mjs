// The C names of the numbers and structures in src/host/abi/, for generate-abi-asserts.mjs.

/** The headers to include, for both systems and for each of them. */
export const HEADERS = {
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
export const STRUCTURES = {
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
  cmsghdr: { type: 'struct cmsghdr', members: { level: 'cmsg_level', type: 'cmsg_type' } },
}

/** The structures of tables that only FreeBSD has, as [file, export, structure]. */
export const FREEBSD_STRUCTURES = [
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
export const FREEBSD_NUMBERS = [
  ['kinfo', 'CTLTYPE', 'CTLTYPE_'],
  ['devfs-rule', 'DEVFSIO', 'DEVFSIO_'],
  ['interface-request', 'SIOC', 'SIOC'],
]

/** The C names of the numbers in each list for sysctl(3). */
export const MIBS = {
  BOOTTIME: ['CTL_KERN', 'KERN_BOOTTIME'],
  PROC_PID: ['CTL_KERN', 'KERN_PROC', 'KERN_PROC_PID'],
  PROC_PROC: ['CTL_KERN', 'KERN_PROC', 'KERN_PROC_PROC'],
  PROC_FILEDESC: ['CTL_KERN', 'KERN_PROC', 'KERN_PROC_FILEDESC'],
  PROC_RLIMIT: ['CTL_KERN', 'KERN_PROC', 'KERN_PROC_RLIMIT'],
  OID_NAME: ['CTL_SYSCTL', 'CTL_SYSCTL_NAME'],
  OID_FORMAT: ['CTL_SYSCTL', 'CTL_SYSCTL_OIDFMT'],
}
