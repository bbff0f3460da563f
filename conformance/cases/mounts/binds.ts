/** Mounts (config.md, "Mounts"), the root and where destinations may lead. */
import { createServer } from 'node:net'
import {
  check,
  create,
  defineCase,
  failsToStart,
  file,
  finish,
  gone,
  remove,
  removeForce,
  start,
  startReady,
  wait,
  wholeLife,
} from '../../harness/define.ts'
import { bind } from '../../harness/entries.ts'
import type { Json } from '../../harness/types.ts'

function tmpfs(destination: string, ...options: string[]): Json {
  return { destination, type: 'tmpfs', source: 'tmpfs', options }
}

/** Makes s.sock in the case directory. */
const socketListens = check('a socket listens', async context => {
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(context.expand('%{dir}/s.sock'), resolve)
  })
  server.unref()
})

export const mountCases = [
  defineCase({
    id: 'mounts.directory',
    title: 'a directory of the host, read and written',
    stands:
      'config.md, Mounts: "mounts (array of objects, OPTIONAL) specifies additional mounts beyond root"; podman -v',
    mark: 'any-runtime',
    files: { 'vol/f': 'from host' },
    config: { mounts: [bind('vol', '/mnt', 'rw')] },
    program: 'cat /mnt/f; echo; echo from container >/mnt/g',
    steps: [...wholeLife(/^from host/), file('vol/g', 'from container')],
  }),
  defineCase({
    id: 'mounts.directory-ro',
    title: 'a directory of the host, read-only',
    stands: 'config.md, Mounts: options; podman -v ...:ro',
    mark: 'any-runtime',
    files: { 'vol/f': 'from host' },
    config: { mounts: [bind('vol', '/mnt', 'ro')] },
    program:
      'cat /mnt/f; echo; if (echo x >/mnt/g) 2>/dev/null; then echo written; else echo refused; fi; rm -f /mnt/f 2>/dev/null',
    steps: [...wholeLife(/^from host\nrefused/), file('vol/g', 'absent'), file('vol/f', 'from host')],
  }),
  defineCase({
    id: 'mounts.file',
    title: 'a single file over a file of the root',
    stands:
      'runj#37, ocijail mount.cpp: single-file mounts; podman mounts /etc/hosts and /etc/resolv.conf so',
    mark: 'any-runtime',
    files: { hosts: 'from host' },
    rootFiles: { 'etc/hosts': 'from image' },
    config: { mounts: [bind('hosts', '/etc/hosts', 'rw')] },
    program: 'cat /etc/hosts; echo; echo changed >/etc/hosts',
    steps: [...wholeLife(/^from host/), file('hosts', 'changed'), file('b1/root/etc/hosts', 'from image')],
  }),
  defineCase({
    id: 'mounts.file-ro',
    title: 'a single file, read-only',
    stands: 'podman -v FILE:FILE:ro (bundle volumes.json)',
    mark: 'any-runtime',
    files: { hosts: 'from host' },
    config: { mounts: [bind('hosts', '/etc/hosts', 'ro')] },
    program:
      'cat /etc/hosts; echo; if (echo x >/etc/hosts) 2>/dev/null; then echo written; else echo refused; fi',
    steps: [...wholeLife(/^from host\nrefused/), file('hosts', 'from host')],
  }),
  defineCase({
    id: 'mounts.point-made',
    title: 'missing mount points are made, deep ones and files too',
    stands:
      'podman relies on it: its bundles mount on /run/.containerenv and volumes at paths that no image has',
    mark: 'any-runtime',
    files: { 'vol/f': 'dir', one: 'file' },
    config: { mounts: [bind('vol', '/made/deep/dir'), bind('one', '/made/other/file')] },
    program: 'cat /made/deep/dir/f; echo; cat /made/other/file',
    output: 'dir\nfile',
  }),
  defineCase({
    id: 'mounts.point-removed',
    title: 'mount points that the runtime made are removed at delete, others stay',
    stands:
      'runtime.md, Delete: "Deleting a container MUST delete the resources that were created during the create step"; needs B.4 (mount points created and removed)',
    mark: 'jails',
    notFor: { runj: 'does not remove them' },
    files: { 'vol/f': 'dir', one: 'file' },
    rootFiles: { 'had/keep': { dir: true } },
    config: {
      mounts: [bind('vol', '/made/deep/dir'), bind('one', '/made/other/file'), bind('vol', '/had/keep')],
    },
    program: 'exit 0',
    steps: [
      create(),
      start(),
      wait('stopped'),
      remove(),
      file('b1/root/made', 'absent'),
      file('b1/root/had/keep', 'present'),
      file('vol/f', 'dir'),
      file('one', 'file'),
    ],
  }),
  defineCase({
    id: 'mounts.missing-source',
    title: 'a source that does not exist is an error that names it, and nothing is left',
    stands: 'dfr/ocijail#18: say which volume source is missing; dfr/ocijail#20: nothing may stay mounted',
    mark: 'any-runtime',
    config: { mounts: [bind('no-such-source', '/mnt')] },
    steps: [create({ fails: /no-such-source/ }), gone(), file('no-such-source', 'absent')],
  }),
  defineCase({
    id: 'mounts.listed-order',
    title: 'mounts are done in the listed order: a child above its parent',
    stands: 'config.md, Mounts: "The runtime MUST mount entries in the listed order"',
    mark: 'any-runtime',
    files: { 'vol/f': 'inner' },
    config: { mounts: [tmpfs('/mnt'), bind('vol', '/mnt/sub')] },
    program: 'cat /mnt/sub/f; echo; echo x >/mnt/g; ls /mnt',
    steps: wholeLife('inner\ng\nsub'),
  }),
  defineCase({
    id: 'mounts.child-listed-first',
    title: 'a child that is listed before its parent is not hidden by it',
    stands:
      'podman on FreeBSD writes mounts in no particular order (podman-freebsd/README, secret.json): parents are mounted first',
    mark: 'jails',
    notFor: { ocijail: 'mounts in the listed order', runj: 'mounts in the listed order' },
    files: { 'vol/f': 'inner' },
    config: { mounts: [bind('vol', '/mnt/sub'), tmpfs('/mnt')] },
    program: 'cat /mnt/sub/f',
    steps: wholeLife('inner'),
  }),
  defineCase({
    id: 'mounts.tmpfs',
    title: 'an empty tmpfs, away after delete',
    stands: 'config.md, Mounts; podman --tmpfs',
    mark: 'any-runtime',
    rootFiles: { 'data/hidden': 'x' },
    config: { mounts: [tmpfs('/data', 'nosuid', 'rw')] },
    program: 'ls -A /data; echo x >/data/new; ls -A /data',
    steps: [...wholeLife('new'), file('b1/root/data/new', 'absent'), file('b1/root/data/hidden', 'x')],
  }),
  defineCase({
    id: 'mounts.tmpfs-size',
    title: 'a tmpfs holds no more than its size, given with a suffix',
    stands:
      "podman --tmpfs /t:size=64m; FreeBSD's tmpfs silently ignores a size that it cannot parse (traps.md 17)",
    mark: 'any-runtime',
    config: { mounts: [tmpfs('/t', 'size=1m')] },
    program:
      'if dd if=/bin/sh of=/t/a bs=65536 count=8 2>/dev/null; then echo fits; fi; i=0; while [ $i -lt 64 ] && dd if=/bin/sh of=/t/f$i bs=65536 count=1 2>/dev/null; do i=$((i+1)); done; if [ $i -lt 32 ]; then echo full; else echo "no limit at $i"; fi',
    steps: wholeLife('fits\nfull'),
  }),
  defineCase({
    id: 'mounts.tmpfs-mode',
    title: 'the mode of a tmpfs',
    stands: 'podman --tmpfs /t:mode=1777; mount_tmpfs(5): mode is octal',
    mark: 'any-runtime',
    config: { mounts: [tmpfs('/t', 'mode=1777'), tmpfs('/u', 'mode=0700')] },
    program: 'ls -ld /t /u',
    steps: wholeLife([/^drwxrwxrwt.*\/t$/m, /^drwx------.*\/u$/m]),
  }),
  defineCase({
    id: 'mounts.tmpcopyup',
    title: 'tmpcopyup copies what the image has there, modes too',
    stands:
      'podman --read-only-tmpfs and --tmpfs: option tmpcopyup (bundle readonly.json); ocijail leaves its copy in /tmp (needs A3.14)',
    mark: 'any-runtime',
    notFor: { runj: 'passes it to mount' },
    rootFiles: {
      'data/f': 'copied',
      'data/sub/g': 'deep',
      'data/private': { text: 'p', mode: 0o600 },
      'data/l': { link: 'f' },
    },
    config: { mounts: [tmpfs('/data', 'rw', 'tmpcopyup')] },
    program: 'cat /data/f /data/sub/g /data/l; echo; ls -l /data/private; echo new >/data/f',
    steps: [...wholeLife([/^copieddeepcopied$/m, /^-rw-------/m]), file('b1/root/data/f', 'copied')],
  }),
  defineCase({
    id: 'mounts.tmpcopyup-read-only',
    title: 'a read-only tmpfs with tmpcopyup is filled, and keeps its other options',
    stands:
      'podman --tmpfs /t:ro,noexec: tmpcopyup is its default; mount(2): an update takes flags back that it does not name, and tmpfs refuses one that tells another size',
    mark: 'any-runtime',
    notFor: { runj: 'passes it to mount' },
    rootFiles: { 'data/f': 'copied', 'data/run': { text: '#!/bin/sh\necho ran\n', mode: 0o755 } },
    config: { mounts: [tmpfs('/data', 'ro', 'nosuid', 'noexec', 'tmpcopyup', 'size=1000000')] },
    program:
      'cat /data/f; echo; (echo x >/data/g) 2>/dev/null || echo refused; /data/run 2>/dev/null || echo inert',
    steps: wholeLife('copied\nrefused\ninert'),
  }),
  defineCase({
    id: 'mounts.linux-options',
    title: 'options of Linux on a volume change nothing',
    stands:
      'podman writes rw, rprivate, rbind, nosuid, nodev on nullfs (podman-freebsd/README); propagation does not exist on FreeBSD',
    mark: 'any-runtime',
    notFor: { runj: 'passes them to mount' },
    files: { 'vol/f': 'seen' },
    config: {
      mounts: [
        bind('vol', '/mnt', 'rw', 'rprivate', 'nosuid', 'nodev', 'relatime'),
        bind('vol', '/mnt2', 'rslave'),
      ],
    },
    program: 'cat /mnt/f /mnt2/f',
    output: 'seenseen',
  }),
  defineCase({
    id: 'mounts.tmpfs-linux-options',
    title: 'options of Linux on a tmpfs change nothing',
    stands:
      'tmpfs(5) of FreeBSD rejects noatime, nodev, relatime (traps.md 18); podman writes nodev (bundle readonly.json)',
    mark: 'any-runtime',
    notFor: { runj: 'passes them to mount' },
    config: { mounts: [tmpfs('/t', 'rw', 'rprivate', 'nosuid', 'nodev', 'noatime', 'relatime')] },
    program: 'echo x >/t/f && cat /t/f',
    output: 'x',
  }),
  defineCase({
    id: 'mounts.noexec',
    title: 'noexec keeps programs from being executed',
    stands: 'config.md, Mounts: options; podman -v ...:noexec',
    mark: 'any-runtime',
    files: { 'vol/prog': { text: '#!/bin/sh\necho ran\n', mode: 0o755 } },
    config: { mounts: [bind('vol', '/mnt', 'noexec'), bind('vol', '/mnt2', 'rw')] },
    program: '/mnt/prog 2>/dev/null || echo refused; /mnt2/prog',
    steps: wholeLife('refused\nran'),
  }),
  defineCase({
    id: 'mounts.spaces',
    title: 'source and destination with spaces, commas and quotes',
    stands: 'traps.md 25: mount(8) does not escape, its -o splits at commas; paths are any text',
    mark: 'any-runtime',
    notFor: { runj: 'writes an fstab' },
    files: { "a b, c's/f": 'found' },
    config: { mounts: [bind("a b, c's", "/x y, z's")] },
    program: 'cat "/x y, z\'s/f"',
    output: 'found',
  }),
  defineCase({
    id: 'mounts.link-inside',
    title: 'a destination that is a link goes where it leads inside the root',
    stands:
      'images have links such as /var/run -> /run; CVE-2021-30465 and kin: links are resolved inside the root (needs C.6)',
    mark: 'any-runtime',
    files: { 'vol/f': 'found' },
    rootFiles: { 'real/dir': { dir: true }, link: { link: '/real' }, rel: { link: 'real/dir' } },
    config: { mounts: [bind('vol', '/link/dir')] },
    program: 'cat /real/dir/f; echo; cat /link/dir/f',
    output: 'found\nfound',
  }),
  ...(
    [
      ['absolute', '%{dir}/outside'],
      ['relative', '../../../../../../../../../../..%{dir}/outside'],
    ] as const
  ).map(([name, target]) =>
    defineCase({
      id: `mounts.link-escape-${name}`,
      title: `a destination that is a ${name} link out of the root stays inside`,
      stands:
        'needs C.6 (CVE-2021-30465, CVE-2024-45310), A3.14, traps.md 23: a hostile image must not redirect a mount to the host',
      mark: 'any-runtime',
      files: { 'outside/f': 'host file', 'vol/f': 'volume' },
      rootFiles: { esc: { link: target } },
      config: { mounts: [bind('vol', '/esc'), tmpfs('/esc2/../esc/below')] },
      program: 'echo ready; exec sleep %{nap}',
      steps: [
        create({ either: true }),
        file('outside/f', 'host file'),
        file('outside/below', 'absent'),
        check("nothing is mounted on the host's directory", async context => {
          const { stdout } = await context.tool('mount')
          if (stdout.includes(` ${context.expand('%{dir}/outside')} `)) context.fail(stdout)
        }),
        removeForce({ either: true }),
        file('outside/f', 'host file'),
        file('outside/below', 'absent'),
      ],
    }),
  ),
  defineCase({
    id: 'mounts.dotdot',
    title: 'a destination with .. does not leave the root',
    stands: 'needs C.6: destinations are resolved inside the root, .. never above it',
    mark: 'any-runtime',
    files: { 'vol/f': 'found' },
    config: { mounts: [bind('vol', '/a/../../../../../../up')] },
    program: 'cat /up/f',
    steps: [
      create({ either: true }),
      file('up', 'absent'),
      file('b1/up', 'absent'),
      removeForce({ either: true }),
      file('up', 'absent'),
    ],
  }),
  defineCase({
    id: 'mounts.dev-is-a-link',
    title: 'an image whose /dev is a link does not get devices elsewhere',
    stands: 'CVE-2026-41579, CVE-2026-47766 (needs C.6): mount /dev only on a real directory in the root',
    mark: 'jails',
    files: { 'outside/f': 'host file' },
    steps: [
      check("the root's dev becomes a link to the host", async context => {
        const dev = context.expand('%{root}/dev')
        await context.tool('rmdir', dev)
        await context.tool('ln', '-s', context.expand('%{dir}/outside'), dev)
      }),
      create({ either: true }),
      check("the host's directory has no devices", async context => {
        const { stdout } = await context.tool('ls', context.expand('%{dir}/outside'))
        if (stdout.trim() !== 'f') context.fail(stdout)
      }),
      removeForce({ either: true }),
    ],
  }),
  defineCase({
    id: 'mounts.not-absolute',
    title: 'a destination that is not absolute is relative to the root of the container',
    stands:
      'config.md, Mounts: destination SHOULD be absolute; "it MAY be a relative path, in which case it MUST be interpreted as relative to /"',
    mark: 'any-runtime',
    files: { 'vol/f': 'x' },
    config: { mounts: [bind('vol', 'mnt')], process: { cwd: '/tmp' } },
    program: 'cat /mnt/f',
    output: 'x',
  }),
  defineCase({
    id: 'mounts.source-kinds-differ',
    title: 'a directory over a file is an error that says so',
    stands: 'mount_nullfs(8): source and target must be both directories or both files',
    mark: 'any-runtime',
    files: { 'vol/f': 'x' },
    config: { mounts: [bind('vol', '/etc/passwd')] },
    steps: failsToStart(/director|same type|passwd/i),
  }),
  defineCase({
    id: 'mounts.unknown-type',
    title: 'an unknown type of mount is an error',
    stands: 'config.md: "runtimes MUST generate an error when invalid or unsupported values are encountered"',
    mark: 'any-runtime',
    config: { mounts: [{ destination: '/mnt', type: 'nosuchfs', source: 'x' }] },
    steps: [create({ fails: true }), gone()],
  }),
  defineCase({
    id: 'mounts.socket',
    title: 'a unix socket as source can be reached inside',
    stands: 'dfr/ocijail#19: bind the podman or syslog socket; nullfs cannot cover a socket',
    mark: 'any-runtime',
    notFor: { ocijail: 'ocijail#19 is open', runj: 'files only' },
    config: { mounts: [bind('s.sock', '/run/s.sock')] },
    program: 'test -S /run/s.sock && echo is a socket',
    steps: [socketListens, ...wholeLife('is a socket'), file('s.sock', 'present')],
  }),
  defineCase({
    id: 'mounts.socket-covers',
    title: 'a unix socket as source covers what the image has there, in a read-only tmpfs too',
    stands: 'a mount covers what is there; images hold stale sockets and empty files in /var/run',
    mark: 'any-runtime',
    notFor: { ocijail: 'ocijail#19 is open', runj: 'files only' },
    rootFiles: { 'var/d.sock': 'stale', 'var/l.sock': { link: 'd.sock' } },
    config: {
      mounts: [
        bind('s.sock', '/var/d.sock'),
        bind('s.sock', '/var/l.sock'),
        tmpfs('/ro', 'ro', 'size=1m'),
        bind('s.sock', '/ro/s.sock'),
      ],
    },
    program: 'for s in /var/d.sock /var/l.sock /ro/s.sock; do test -S $s && echo is a socket; done',
    steps: [
      socketListens,
      ...wholeLife('is a socket\nis a socket\nis a socket'),
      file('b1/root/var/d.sock', 'stale'),
      file('b1/root/var/l.sock', 'stale'),
      file('s.sock', 'present'),
    ],
  }),
  defineCase({
    id: 'mounts.while-running',
    title: 'a mount stays through the life of the container, also below a working directory',
    stands: 'runtime.md, Create: the mounts are part of the environment until delete',
    mark: 'any-runtime',
    files: { 'vol/f': 'x' },
    config: { mounts: [bind('vol', '/mnt')], process: { cwd: '/mnt' } },
    program: 'ls; echo ready; exec sleep %{nap}',
    steps: [...startReady([/^f$/m, /ready/]), ...finish],
  }),
  defineCase({
    id: 'root.readonly',
    title: 'a read-only root cannot be written, mounts in it can',
    stands:
      'config.md, Root: "readonly (bool, OPTIONAL) If true then the root filesystem MUST be read-only inside the container"',
    mark: 'any-runtime',
    notFor: { runj: 'not done' },
    files: { 'vol/f': 'x' },
    config: { root: { readonly: true }, mounts: [tmpfs('/tmp', 'mode=1777'), bind('vol', '/mnt', 'rw')] },
    rootFiles: { 'mnt/x': 'x' },
    program:
      'if (echo x >/newfile) 2>/dev/null; then echo written; else echo refused; fi; if rm /etc/passwd 2>/dev/null; then echo removed; else echo kept; fi; echo t >/tmp/f && cat /tmp/f; echo v >/mnt/g && cat /mnt/g',
    steps: [
      ...wholeLife('refused\nkept\nt\nv'),
      file('b1/root/newfile', 'absent'),
      file('b1/root/etc/passwd', 'present'),
      file('vol/g', 'v'),
    ],
  }),
  defineCase({
    id: 'root.readonly-missing-points',
    title: 'a read-only root whose mount points are missing',
    stands:
      'podman --read-only writes mounts on /var/run/.containerenv and /etc/resolv.conf that an image need not have (bundle readonly.json)',
    mark: 'any-runtime',
    notFor: { runj: 'not done' },
    files: { one: 'file' },
    config: { root: { readonly: true }, mounts: [bind('one', '/etc/made.conf', 'ro')] },
    program: 'cat /etc/made.conf',
    output: 'file',
  }),
  defineCase({
    id: 'root.readonly-devices',
    title: 'devices can be written below a read-only root',
    stands: 'config.md, Root: readonly concerns the root file system; podman run --read-only',
    mark: 'any-runtime',
    notFor: { runj: 'not done' },
    config: { root: { readonly: true } },
    program: 'echo x >/dev/null && echo works; if (echo x >/etc/f) 2>/dev/null; then echo written; fi',
    output: 'works',
  }),
  defineCase({
    id: 'mounts.of-linux',
    title:
      'what podman mounts on Linux is translated or left out: the container runs and sees no more devices',
    stands:
      'design, Mounts: "Linux-only mounts are translated (proc, sysfs, /dev tmpfs, devpts, mqueue, cgroup, /dev/shm as makes sense) and options mapped or ignored by a table"',
    mark: 'jailwright',
    needs: ['linux'],
    config: {
      mounts: {
        replace: [
          { destination: '/proc', type: 'proc', source: 'proc', options: ['nosuid', 'noexec', 'nodev'] },
          tmpfs('/dev', 'nosuid', 'strictatime', 'mode=755', 'size=65536k'),
          {
            destination: '/sys',
            type: 'sysfs',
            source: 'sysfs',
            options: ['nosuid', 'noexec', 'nodev', 'ro'],
          },
          {
            destination: '/dev/pts',
            type: 'devpts',
            source: 'devpts',
            options: ['nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620', 'gid=5'],
          },
          {
            destination: '/dev/mqueue',
            type: 'mqueue',
            source: 'mqueue',
            options: ['nosuid', 'noexec', 'nodev'],
          },
          {
            destination: '/sys/fs/cgroup',
            type: 'cgroup',
            source: 'cgroup',
            options: ['rprivate', 'nosuid', 'noexec', 'nodev', 'relatime', 'ro'],
          },
          { destination: '/dev/shm', type: 'tmpfs', source: 'shm', options: ['mode=1777', 'size=64k'] },
        ],
      },
      linux: { namespaces: [{ type: 'pid' }, { type: 'mount' }, { type: 'uts' }, { type: 'ipc' }] },
    },
    program:
      'test -c /dev/null && echo null; test -e /dev/mem || echo "no mem"; test -e /proc/meminfo && echo proc; echo x >/dev/shm/f && cat /dev/shm/f; ls -ld /dev/shm',
    steps: wholeLife([/^null\nno mem\nproc\nx\n/, /^drwxrwxrwt/m]),
  }),
  defineCase({
    id: 'mounts.devfs-rule-user',
    title: 'a rule of a user that the host has not is an error that names the option',
    stands: 'devfs(8) names the word only; errors name the property',
    mark: 'jailwright',
    config: {
      mounts: {
        replace: [
          {
            destination: '/dev',
            type: 'devfs',
            source: 'devfs',
            options: ['ruleset=4', 'rule=path null user nobody-here unhide'],
          },
        ],
      },
    },
    steps: [create({ fails: /mounts\[0\]\.options\[1\]: .*nobody-here/ }), gone()],
  }),
  defineCase({
    id: 'root.writable',
    title: 'a root is writable when the config does not say otherwise',
    stands: 'config.md, Root: "readonly ... defaults to false"',
    mark: 'any-runtime',
    program: 'echo x >/newfile && cat /newfile',
    steps: [...wholeLife('x'), file('b1/root/newfile', 'x')],
  }),
  defineCase({
    id: 'root.path-with-spaces',
    title: 'a root whose path has spaces, quotes and dollars',
    stands: 'paths are any text; jail.conf(5) quoting (jail.md section 6)',
    mark: 'any-runtime',
    config: { root: { path: "%{dir}/odd 'root' $x" } },
    program: 'echo in',
    steps: [
      check('the root moves', async context => {
        await context.tool('mv', context.expand('%{root}'), context.expand("%{dir}/odd 'root' $x"))
      }),
      ...wholeLife('in'),
    ],
  }),
]
