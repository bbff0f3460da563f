/** Destinations that are links, have .. in them, or are not absolute; mounts that are refused, and none at all. */
import { check, create, defineCase, file, gone, removeForce, tool, wholeLife } from '../../harness/define.ts'
import { bind } from '../../harness/entries.ts'
import { tmpfs } from './words.ts'

/** Destinations that are links, have .. in them, or are not absolute; mounts that are refused, and none at all. */
export const destinationCases = [
  defineCase({
    id: 'mounts.link-inside',
    title: 'a destination that is a link goes where it leads inside the root',
    stands:
      'images have links such as /var/run -> /run; CVE-2021-30465 and kin: links are resolved inside the root',
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
        'CVE-2021-30465, CVE-2024-45310 (runc); ocijail (mount.cpp) walks the path as a string: a hostile image must not redirect a mount to the host',
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
    stands:
      'CVE-2021-30465 (runc) and kin: destinations are resolved inside the root, and .. never leads above it',
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
    stands:
      'CVE-2026-41579 (runc), CVE-2026-47766 (crun): /dev is mounted only on a real directory in the root',
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
    id: 'mounts.slashes',
    title: 'a destination with several slashes is the same place',
    stands:
      "POSIX, pathname resolution: several slashes are one; crun's suite, test_mount_path_with_multiple_slashes",
    mark: 'any-runtime',
    files: { 'vol/f': 'found' },
    config: { mounts: [bind('vol', '/a//b///c/')] },
    program: 'cat /a/b/c/f',
    output: 'found',
  }),
  defineCase({
    id: 'mounts.link-chain',
    title: 'a destination that is a link to a link to a directory is that directory',
    stands: "ocijail's suite, test_mount_recursive_symlink: links are followed to their end, inside the root",
    mark: 'any-runtime',
    notFor: { runj: 'not tried' },
    files: { 'vol/f': 'found' },
    rootFiles: { 'real/dir': { dir: true }, second: { link: '/real/dir' }, first: { link: 'second' } },
    config: { mounts: [bind('vol', '/first')] },
    program: 'cat /real/dir/f',
    output: 'found',
  }),
  defineCase({
    id: 'mounts.link-loop',
    title: 'a destination that is a link to itself is an error, and nothing is left',
    stands: "ocijail's suite, test_mount_symlink_loop: ELOOP, symlink(7)",
    mark: 'any-runtime',
    notFor: { runj: 'not tried' },
    files: { 'vol/f': 'x' },
    rootFiles: { loop: { link: 'pool' }, pool: { link: 'loop' } },
    config: { mounts: [bind('vol', '/loop/dir')] },
    steps: [create({ fails: /symbolic links|loop|ELOOP/i }), gone()],
  }),
  defineCase({
    id: 'mounts.on-the-root',
    title: 'a mount on / is refused, since root.path says what is there',
    stands: 'docs/from-ocijail.md: a mount on / would cover the root; crun takes it in place of the root',
    mark: 'jailwright',
    files: { 'vol/f': 'x' },
    config: { mounts: [{ destination: '/', type: '%{bind}', source: '%{dir}/vol', options: ['rbind'] }] },
    steps: [create({ fails: /mounts\[\d\]\.destination.*would cover the root/ }), gone()],
  }),
  defineCase({
    id: 'mounts.fifo',
    title: 'a FIFO as source is refused by name, and nothing is left',
    stands: "sys/fs/nullfs/null_vfsops.c takes directories and regular files; crun's suite, test_mount_fifo",
    mark: 'jailwright',
    config: {
      mounts: [{ destination: '/data/fifo', type: '%{bind}', source: '%{dir}/fifo', options: ['bind'] }],
    },
    steps: [
      tool(['mkfifo', '%{dir}/fifo']),
      create({ fails: /mounts\[\d\]\.source.*\/fifo is neither directory, file nor socket/ }),
      gone(),
      file('b1/root/data', 'absent'),
    ],
  }),
  defineCase({
    id: 'mounts.over-a-fifo',
    title:
      'a FIFO of the image in the place of /etc/hosts is an error that says so, and create does not wait for it',
    stands:
      'nothing can be mounted on a FIFO, a socket or a device (sys/kern/vfs_mount.c, vfs_domount_first)',
    mark: 'jailwright',
    files: { hosts: 'hosts' },
    config: {
      mounts: [{ destination: '/etc/hosts', type: '%{bind}', source: '%{dir}/hosts', options: ['bind'] }],
    },
    steps: [
      tool(['mkdir', '-p', '%{root}/etc']),
      tool(['mkfifo', '%{root}/etc/hosts']),
      create({ fails: /mounts\[\d\]: \/etc\/hosts is neither a directory nor a file/ }),
      gone(),
    ],
  }),
  defineCase({
    id: 'mounts.none',
    title: 'a container without any mount runs',
    stands:
      "config.md, Mounts: mounts is OPTIONAL; ocijail's suite has no mounts, and neither has crun's test_no_proc",
    mark: 'jails',
    config: { mounts: null },
    program: 'echo runs; if test -e /dev/null; then echo "has null"; fi',
    output: 'runs',
  }),
  defineCase({
    id: 'mounts.one-parent-made',
    title: 'a directory that was made for two mounts in it is removed after both',
    stands: "ocijail's suite, test_cleanup_mounts: the directory is removed after what is mounted in it",
    mark: 'jails',
    config: {
      mounts: [
        { destination: '/made/one', type: 'tmpfs', source: 'tmpfs' },
        { destination: '/made/two', type: 'tmpfs', source: 'tmpfs' },
      ],
    },
    program: 'echo x >/made/one/f && echo y >/made/two/f && echo written',
    steps: [...wholeLife('written'), file('b1/root/made', 'absent')],
  }),
]
