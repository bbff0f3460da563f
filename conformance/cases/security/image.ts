/** A hostile image: links and FIFOs in the places of mount points and files. */
import {
  check,
  create,
  defineCase,
  file,
  gone,
  removeForce,
  start,
  wait,
  wholeLife,
} from '../../harness/define.ts'

/** A hostile image: links and FIFOs in the places of mount points and files. */
export const imageCases = [
  defineCase({
    id: 'security.tmpcopyup-link',
    title: 'tmpcopyup of a directory that is a link to the host copies nothing of the host',
    stands: 'CVE-2021-30465 (runc); ocijail (mount.cpp) resolves links as strings: the image is hostile',
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
    stands: 'tmpcopyup must not follow links of the image to files of the host, as ocijail (mount.cpp) may',
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
    stands: 'CVE-2024-45310 (runc): creating mount points followed links and made empty files on the host',
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
      "ocijail (mount.cpp) resolves the paths again at delete: delete must not unmount or remove what is the host's",
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
      'unmount(2) by path looks the path up again, as ocijail (mount.cpp) does; only the fsid says which mount was made (unmount(2), MNT_BYFSID)',
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
      'config-linux.md, Masked Paths and Readonly Paths; paths that do not exist in the image are left out',
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
    id: 'security.passwd-fifo',
    title: "a FIFO in the place of the image's /etc/passwd holds nothing up",
    stands: 'docs/security.md, What is not trusted: the image; the runtime looks for HOME in its /etc/passwd',
    mark: 'any-runtime',
    notFor: { runc: 'opens it', crun: 'opens it', ocijail: 'not tried', runj: 'not tried' },
    program: 'echo runs',
    steps: [
      { do: 'tool', argv: ['rm', '-f', '%{dir}/b1/root/etc/passwd'], expect: {} },
      { do: 'tool', argv: ['mkfifo', '%{dir}/b1/root/etc/passwd'], expect: {} },
      ...wholeLife('runs'),
    ],
  }),
]
