/** What the container must not be able to do: its root, its image and its volumes are hostile (needs C.6). */
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

export const securityCases = [
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
    stands: 'allow.mount is off by default (jail.md 9); enforce_statfs',
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
    title: 'the root is the root: .. leads nowhere',
    stands: 'jail(2): the root of a jail cannot be left',
    mark: 'any-runtime',
    files: { 'host-only': 'x' },
    program:
      'cd ../../../../../../..; pwd; if test -e %{dir}/host-only; then echo seen; else echo hidden; fi',
    steps: wholeLife('/\nhidden'),
  }),
  defineCase({
    id: 'security.tmpcopyup-link',
    title: 'tmpcopyup of a directory that is a link to the host copies nothing of the host',
    stands: 'needs A3.14, C.6 (CVE-2021-30465): the image is hostile',
    mark: 'any-runtime',
    notFor: { runj: 'passes it to mount' },
    files: { 'outside/secret': 'host secret' },
    rootFiles: { data: { link: '%{dir}/outside' } },
    config: { mounts: [{ destination: '/data', type: 'tmpfs', source: 'tmpfs', options: ['tmpcopyup'] }] },
    program: 'cat /data/secret 2>/dev/null; echo end',
    steps: [
      create({ either: true }),
      check('if it runs, it sees nothing', async context => {
        const id = context.expand('%{id}')
        if ((await context.runtime('state', id)).status !== 0) return
        await context.runtime('start', id)
        await context.until('did not end', () => /end/.test(context.read('out')))
        if (context.read('out').includes('host secret')) context.fail(context.read('out'))
      }),
      removeForce({ either: true }),
      file('outside/secret', 'host secret'),
    ],
  }),
  defineCase({
    id: 'security.tmpcopyup-inner-link',
    title: 'links inside a directory that is copied up stay links',
    stands: 'needs A3.14: tmpcopyup must not follow links of the image to files of the host',
    mark: 'any-runtime',
    notFor: { runj: 'passes it to mount' },
    files: { secret: 'host secret' },
    rootFiles: { 'data/l': { link: '%{dir}/secret' }, 'data/f': 'own' },
    config: { mounts: [{ destination: '/data', type: 'tmpfs', source: 'tmpfs', options: ['tmpcopyup'] }] },
    program: 'cat /data/f; echo; if test -L /data/l; then echo link; fi; cat /data/l 2>/dev/null; echo end',
    steps: wholeLife('own\nlink\nend'),
  }),
  defineCase({
    id: 'security.file-mount-link',
    title: 'a file mount whose destination is a link to a file of the host does not cover or make it',
    stands:
      'CVE-2024-45310 (needs C.6): creating mount points followed links and made empty files on the host',
    mark: 'any-runtime',
    files: { hosts: 'mounted', 'outside/existing': 'host file' },
    rootFiles: {
      'etc/hosts': { link: '%{dir}/outside/new' },
      'etc/other': { link: '%{dir}/outside/existing' },
    },
    config: {
      mounts: [
        { destination: '/etc/hosts', type: '%{bind}', source: '%{dir}/hosts', options: ['rbind'] },
        { destination: '/etc/other', type: '%{bind}', source: '%{dir}/hosts', options: ['rbind'] },
      ],
    },
    program: 'cat /etc/hosts /etc/other; echo; echo written >/etc/other',
    steps: [
      create({ either: true }),
      file('outside/new', 'absent'),
      file('outside/existing', 'host file'),
      removeForce({ either: true }),
      file('outside/new', 'absent'),
      file('outside/existing', 'host file'),
    ],
  }),
  defineCase({
    id: 'security.swapped-while-running',
    title: 'a container that replaces its mount points by links does not mislead delete',
    stands:
      "ocijail resolves the paths again at delete (needs A3.2): delete must not unmount or remove what is the host's",
    mark: 'any-runtime',
    files: { 'vol/f': 'volume', 'outside/keep/f': 'host file' },
    config: {
      mounts: [{ destination: '/made/here', type: '%{bind}', source: '%{dir}/vol', options: ['rbind'] }],
    },
    program:
      'mv /made /moved 2>/dev/null; ln -s %{dir}/outside /made 2>/dev/null; mkdir -p /made/here 2>/dev/null; exit 0',
    steps: [
      create(),
      start(),
      wait('stopped'),
      removeForce(),
      file('outside/keep/f', 'host file'),
      file('vol/f', 'volume'),
      gone(),
    ],
  }),
  defineCase({
    id: 'security.unmount-misled',
    title:
      "a container that puts a link to the host in the place of a mount point does not get the host's mount undone",
    stands:
      'needs A3.2: unmount(2) by path looks the path up again; only the fsid says which mount was ours (umount(2), MNT_BYFSID)',
    mark: 'jails',
    notFor: { ocijail: 'looks the paths up again', runj: 'looks the paths up again' },
    files: { 'vol/f': 'volume', 'outside/here': { dir: true } },
    config: {
      mounts: [{ destination: '/made/here', type: '%{bind}', source: '%{dir}/vol', options: ['rbind'] }],
    },
    program: 'mv /made /moved; ln -s %{dir}/outside /made; exit 0',
    steps: [
      { do: 'tool', argv: ['mount', '-t', 'tmpfs', 'tmpfs', '%{dir}/outside/here'], expect: {} },
      create(),
      start(),
      wait('stopped'),
      removeForce(),
      gone(),
      check("the host's mount stands, ours is gone", async context => {
        const { stdout } = await context.tool('mount', '-v')
        const lines = stdout.split('\n').filter(line => line.includes(context.expand('%{dir}/')))
        if (lines.length !== 1 || !lines[0]?.includes('/outside/here')) context.fail(lines.join('; '))
      }),
      { do: 'tool', argv: ['umount', '%{dir}/outside/here'], expect: {} },
      file('vol/f', 'volume'),
    ],
  }),
  defineCase({
    id: 'security.masked-paths',
    title: 'masked paths are empty, read-only paths cannot be written',
    stands:
      'config-linux.md, Masked Paths and Readonly Paths; design, Mounts: "masked and read-only paths where they exist"',
    mark: 'any-runtime',
    notFor: { ocijail: 'ignores linux.*', runj: 'ignores linux.*' },
    rootFiles: { 'etc/secret': 'secret', 'etc/hidden/f': 'secret', 'etc/fixed/f': 'fixed' },
    config: {
      linux: {
        maskedPaths: ['/etc/secret', '/etc/hidden', '/nosuch'],
        readonlyPaths: ['/etc/fixed', '/nosuch'],
      },
    },
    program:
      'cat /etc/secret; ls /etc/hidden; cat /etc/fixed/f; echo; if (echo x >/etc/fixed/g) 2>/dev/null; then echo written; else echo refused; fi',
    steps: [
      ...wholeLife('fixed\nrefused'),
      file('b1/root/etc/secret', 'secret'),
      file('b1/root/etc/hidden/f', 'secret'),
    ],
  }),
  defineCase({
    id: 'security.masked-file-mount',
    title: 'a masked or read-only path may be the mount of a file',
    stands:
      'config-linux.md, Masked Paths and Readonly Paths; vfs_mount.c: nothing can be mounted on a file that is a mount already (EBUSY)',
    mark: 'any-runtime',
    notFor: { ocijail: 'ignores linux.*', runj: 'ignores linux.*' },
    rootFiles: { 'etc/one': '', 'etc/two': '' },
    files: { one: 'secret', two: 'text' },
    config: {
      mounts: ['one', 'two'].map(name => ({
        destination: `/etc/${name}`,
        type: '%{bind}',
        source: `%{dir}/${name}`,
        options: ['bind', 'rw'],
      })),
      linux: { maskedPaths: ['/etc/one'], readonlyPaths: ['/etc/two'] },
    },
    program: 'cat /etc/one; cat /etc/two; echo; (echo x >/etc/two) 2>/dev/null || echo refused',
    output: 'text\nrefused',
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
    stands: 'design, "Not on FreeBSD": podman always writes them; bundle linuximage.json',
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
    id: 'security.state-not-inside',
    title: "the runtime's state cannot be reached from inside",
    stands: 'CVE-2019-18837, CVE-2023-25809 (needs C.6): nothing of the runtime is writable from inside',
    mark: 'any-runtime',
    program: 'echo ready; if test -e %{state}; then echo seen; fi; exec sleep %{nap}',
    steps: [...startReady(), output({ not: /seen/ }), removeForce()],
  }),
  defineCase({
    id: 'security.exec-stopped-inside',
    title:
      'a container that stops every process of its jail, an exec among them, is killed and deleted all the same',
    stands:
      'needs C: what is in the jail is hostile; an exec that it holds up must not keep the container from being deleted',
    mark: 'jails',
    program: 'echo ready; while :; do /bin/kill -STOP -1 2>/dev/null; done',
    steps: [
      ...startReady(),
      check('an exec that may never come back', async context => {
        void context.runtime('exec', context.expand('%{id}'), '/bin/sh', '-c', 'echo x')
        await new Promise(resolve => setTimeout(resolve, 1000))
      }),
      removeForce({ timeout: 20_000 }),
      gone(),
    ],
  }),
  defineCase({
    id: 'security.passwd-fifo',
    title: "a FIFO in the place of the image's /etc/passwd holds nothing up",
    stands: 'needs C: the image is hostile; the runtime looks for HOME in its /etc/passwd',
    mark: 'any-runtime',
    notFor: { runc: 'opens it', crun: 'opens it', ocijail: 'not tried', runj: 'not tried' },
    program: 'echo runs',
    steps: [
      { do: 'tool', argv: ['rm', '-f', '%{dir}/b1/root/etc/passwd'], expect: {} },
      { do: 'tool', argv: ['mkfifo', '%{dir}/b1/root/etc/passwd'], expect: {} },
      ...wholeLife('runs'),
    ],
  }),
  defineCase({
    id: 'security.hook-descriptors',
    title: 'a hook inside the container inherits no descriptor of the runtime',
    stands: 'CVE-2024-21626 (needs C.6): leaked descriptors',
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
  defineCase({
    id: 'security.hook-without-end',
    title: 'a hook inside the container that never ends does not keep it from being deleted',
    stands: 'needs C: what is in the image is hostile, the program of a startContainer hook too',
    mark: 'jails',
    notFor: { ocijail: 'not tried', runj: 'knows no startContainer' },
    timeout: 40_000,
    config: { hooks: { startContainer: [{ path: '/bin/sh', args: ['sh', '-c', 'sleep %{nap}'] }] } },
    program: 'echo never',
    steps: [
      create(),
      check('a start that does not come back', async context => {
        void context.runtime('start', context.expand('%{id}'))
        await new Promise(resolve => setTimeout(resolve, 500))
      }),
      removeForce({ timeout: 30_000 }),
      gone(),
    ],
  }),
]
