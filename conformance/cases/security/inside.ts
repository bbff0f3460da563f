/** What the program inside sees and may do. */
import {
  check,
  create,
  defineCase,
  file,
  gone,
  output,
  remove,
  removeForce,
  start,
  startReady,
  wait,
  wholeLife,
} from '../../harness/define.ts'

/** What the program inside sees and may do. */
export const insideCases = [
  defineCase({
    id: 'security.host-processes',
    title: 'processes of the host are not seen and cannot be signalled',
    stands: 'jail(8): a process in a jail sees only its jail; config.md, namespaces (pid) on Linux',
    mark: 'any-runtime',
    steps: [
      check('the pid of a process of the host', async context => {
        context.memory.set('harness', String(process.pid))
      }),
      {
        do: 'config',
        patch: {
          process: {
            args: [
              '/bin/sh',
              '-c',
              'if kill -0 %{harness} 2>/dev/null; then echo reached; else echo hidden; fi',
            ],
          },
        },
        n: 1,
      },
      ...wholeLife('hidden'),
    ],
  }),
  defineCase({
    id: 'security.no-mount-inside',
    title: 'the container cannot mount or unmount',
    stands: 'jail(8): allow.mount is off by default; enforce_statfs',
    mark: 'jails',
    program:
      'if mount -t tmpfs tmpfs /tmp 2>/dev/null; then echo mounted; else echo "no mount"; fi; if umount /dev/fd 2>/dev/null; then echo unmounted; else echo "no umount"; fi',
    steps: wholeLife('no mount\nno umount'),
  }),
  defineCase({
    id: 'security.no-jail-inside',
    title: "the container cannot change the host's settings",
    stands: 'jail(8): sysctl and kldload are refused in a jail',
    mark: 'jails',
    program: 'if sysctl kern.maxfiles=12345 >/dev/null 2>&1; then echo changed; else echo refused; fi',
    steps: wholeLife('refused'),
  }),
  defineCase({
    id: 'security.chroot-escape',
    title: 'a path of many .. does not lead out of the root of the container',
    stands: 'jail(2): the root of a jail cannot be left',
    mark: 'any-runtime',
    files: { 'host-only': 'x' },
    program:
      'cd ../../../../../../..; pwd; if test -e %{dir}/host-only; then echo seen; else echo hidden; fi',
    steps: wholeLife('/\nhidden'),
  }),
  defineCase({
    id: 'security.no-new-privileges',
    title: 'process.noNewPrivileges is accepted',
    stands: 'config.md, Linux Process: noNewPrivileges; on FreeBSD procctl(PROC_NO_NEW_PRIVS_CTL)',
    mark: 'any-runtime',
    config: { process: { noNewPrivileges: true, user: { uid: 1001, gid: 1002 } } },
    program: 'id -u',
    output: '1001',
  }),
  defineCase({
    id: 'security.linux-only-ignored',
    title: 'what FreeBSD does not have is accepted: seccomp, capabilities, AppArmor, SELinux, cgroups',
    stands: 'docs/security.md, What FreeBSD does not give: podman always writes these properties',
    mark: 'jails',
    config: {
      process: {
        apparmorProfile: 'x',
        selinuxLabel: 'y',
        oomScoreAdj: 100,
        capabilities: { bounding: ['CAP_CHOWN'], effective: ['CAP_CHOWN'] },
      },
      linux: {
        cgroupsPath: '/x/y',
        rootfsPropagation: 'slave',
        sysctl: { 'net.ipv4.ip_forward': '1' },
        seccomp: { defaultAction: 'SCMP_ACT_ALLOW' },
        mountLabel: 'z',
      },
    },
    program: 'echo runs',
    output: 'runs',
  }),
  defineCase({
    id: 'security.linux-only-late',
    title: 'what later versions of the specification have for Linux is accepted and without effect',
    stands:
      "config.md and config-linux.md: scheduler, ioPriority, execCPUAffinity, personality, timeOffsets, memoryPolicy, netDevices, intelRdt; crun's suite has a test of each",
    mark: 'jails',
    config: {
      ociVersion: '1.3.0',
      process: {
        scheduler: { policy: 'SCHED_BATCH', nice: 1 },
        ioPriority: { class: 'IOPRIO_CLASS_IDLE', priority: 0 },
        execCPUAffinity: { initial: '0', final: '0' },
      },
      linux: {
        personality: { domain: 'LINUX32' },
        timeOffsets: { monotonic: { secs: 100, nanosecs: 0 } },
        memoryPolicy: { mode: 'MPOL_INTERLEAVE', nodes: '0' },
        netDevices: { eth0: { name: 'container0' } },
        intelRdt: { closID: 'guests' },
      },
    },
    program: 'echo runs',
    output: 'runs',
  }),
  defineCase({
    id: 'security.sysctl-of-freebsd',
    title: "a name of FreeBSD's in linux.sysctl is a warning, and one of Linux's is none",
    stands: 'docs/config.md, linux.sysctl: names of the Linux kernel; the runtime sets no sysctl',
    mark: 'jailwright',
    config: { linux: { sysctl: { 'kern.ipc.somaxconn': '1024', 'net.ipv4.ip_forward': '1' } } },
    program: 'echo runs',
    steps: [
      create({
        log: [/linux\.sysctl\[\\"kern\.ipc\.somaxconn\\"\].*is one of FreeBSD's/, { not: /ip_forward/ }],
      }),
      start(),
      wait('stopped'),
      output('runs'),
      remove(),
    ],
  }),
  defineCase({
    id: 'security.state-not-inside',
    title: "the runtime's state cannot be reached from inside",
    stands: 'CVE-2019-18837 (crun), CVE-2023-25809 (runc): nothing of the runtime is writable from inside',
    mark: 'any-runtime',
    program: 'echo ready; if test -e %{state}; then echo seen; fi; exec sleep %{nap}',
    steps: [...startReady(), output({ not: /seen/ }), removeForce()],
  }),
  defineCase({
    id: 'security.hook-descriptors',
    title: 'a hook inside the container inherits no descriptor of the runtime',
    stands: 'CVE-2024-21626 (runc): a leaked descriptor led out of the container',
    mark: 'any-runtime',
    notFor: { runj: 'knows no startContainer' },
    config: {
      hooks: {
        startContainer: [
          {
            path: '/bin/sh',
            args: [
              'sh',
              '-c',
              'for n in 3 4 5 6 7 8 9; do (: >&$n) 2>/dev/null && echo $n; done >/descriptors; exit 0',
            ],
          },
        ],
      },
    },
    program: 'echo runs',
    steps: [...wholeLife('runs').slice(0, -2), file('b1/root/descriptors', ''), remove(), gone()],
  }),
]
