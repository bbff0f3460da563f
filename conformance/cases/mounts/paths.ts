/** Masked and read-only paths (config-linux.md) beside mounts, links and one another. */
import { create, defineCase, file, gone, tool, wholeLife } from '../../harness/define.ts'
import { bind } from '../../harness/entries.ts'

/** Runtimes that ignore the section `linux`. */
const notFor = { ocijail: 'ignores linux.*', runj: 'ignores linux.*' }

/** Shell words that say whether a file can be written. */
const tried = (path: string) =>
  `if (echo x >>${path}) 2>/dev/null; then echo "written ${path}"; else echo "refused ${path}"; fi`

/** Masked and read-only paths. */
export const pathCases = [
  defineCase({
    id: 'paths.null-over-file',
    title: 'a bind of /dev/null over a file shows an empty file',
    stands:
      'config.md, Mounts; runc masks a file in this way, and so do guides; nullfs cannot cover a file with a device',
    mark: 'any-runtime',
    notFor: { ocijail: 'nullfs of a device', runj: 'nullfs of a device' },
    rootFiles: { 'data/file': 'secret' },
    config: {
      mounts: [{ destination: '/data/file', type: '%{bind}', source: '/dev/null', options: ['bind', 'ro'] }],
    },
    program: 'cat /data/file; echo end',
    steps: [...wholeLife('end'), file('b1/root/data/file', 'secret')],
  }),
  defineCase({
    id: 'paths.by-a-link',
    title: 'masked and read-only paths that lead by a link to the same file: the mask holds',
    stands:
      'config-linux.md, Masked Paths and Readonly Paths; vfs_mount.c: nothing can be mounted on a file that is a mount already (EBUSY)',
    mark: 'any-runtime',
    notFor,
    rootFiles: {
      'data/file': 'secret',
      'data/link': { link: 'file' },
      'data/other': 'text',
      'data/same': { link: 'other' },
    },
    config: {
      linux: {
        maskedPaths: ['/data/file', '/data/link'],
        readonlyPaths: ['/data/link', '/data/other', '/data/same'],
      },
    },
    program: `cat /data/file /data/link; cat /data/other; echo; ${tried('/data/other')}`,
    steps: [...wholeLife('text\nrefused /data/other'), file('b1/root/data/file', 'secret')],
  }),
  defineCase({
    id: 'paths.link-to-file-mount',
    title: 'a masked path that leads by a link to the mount of a file hides it',
    stands: 'config-linux.md, Masked Paths; vfs_mount.c: nothing can be mounted on a file mount (EBUSY)',
    mark: 'any-runtime',
    notFor,
    files: { one: 'secret', two: 'text' },
    rootFiles: {
      'data/one': '',
      'data/two': '',
      'data/first': { link: 'one' },
      'data/second': { link: 'two' },
    },
    config: {
      mounts: [bind('one', '/data/one', 'rw'), bind('two', '/data/two', 'ro')],
      linux: { maskedPaths: ['/data/first'], readonlyPaths: ['/data/second'] },
    },
    program: `cat /data/one /data/two; echo; ${tried('/data/two')}`,
    steps: [...wholeLife('text\nrefused /data/two'), file('one', 'secret')],
  }),
  defineCase({
    id: 'paths.masked-in-readonly',
    title: 'what is masked in a read-only path stays hidden',
    stands: 'config-linux.md, Masked Paths and Readonly Paths; runc masks last',
    mark: 'any-runtime',
    notFor,
    rootFiles: { 'data/file': 'secret', 'data/keep/f': 'secret', 'data/two': 'secret', 'data/f': 'text' },
    config: {
      linux: { readonlyPaths: ['/data'], maskedPaths: ['/data/file', '/data/keep', '/data/two'] },
    },
    program: `cat /data/file /data/two; ls /data/keep; cat /data/f; echo; ${tried('/data/f')}; ${tried('/data/new')}`,
    steps: [
      // The file gets a second name: nullfs covers only a file of one name.
      { do: 'tool', argv: ['ln', '%{dir}/b1/root/data/two', '%{dir}/b1/root/second'], expect: {} },
      ...wholeLife('text\nrefused /data/f\nrefused /data/new'),
      file('b1/root/data/two', 'secret'),
      file('b1/root/data/new', 'absent'),
    ],
  }),
  ...[false, true].map(readonly =>
    defineCase({
      id: `paths.mounts-in-readonly${readonly ? '-root' : ''}`,
      title: `volumes in a read-only path are seen and keep their own ways${readonly ? ', in a read-only root too' : ''}`,
      stands:
        'config-linux.md, Readonly Paths; runc remounts the path alone; nullfs does not follow the mounts below its source (docs/freebsd/mounts.md)',
      mark: 'any-runtime',
      notFor: { ...notFor, runc: 'leaves the mount points that it has made' },
      files: { 'vol/f': 'volume', one: 'single' },
      rootFiles: { 'data/f': 'text', 'data/had': { dir: true } },
      config: {
        root: { readonly },
        mounts: [
          bind('vol', '/data/vol', 'rw'),
          bind('vol', '/data/had', 'ro'),
          bind('one', '/data/made/one', 'rw'),
          { destination: '/data/tmp', type: 'tmpfs', source: 'tmpfs', options: [] },
        ],
        linux: { readonlyPaths: ['/data', '/data/vol/sub'] },
      },
      program: [
        'cat /data/f /data/vol/f /data/had/f /data/made/one; echo',
        ...['/data/f', '/data/new', '/data/vol/new', '/data/had/new', '/data/tmp/new'].map(tried),
      ].join('; '),
      steps: [
        ...wholeLife(
          'textvolumevolumesingle\nrefused /data/f\nrefused /data/new\nwritten /data/vol/new\nrefused /data/had/new\nwritten /data/tmp/new',
        ),
        file('b1/root/data/made', 'absent'),
        file('b1/root/data/vol', 'absent'),
      ],
    }),
  ),
  defineCase({
    id: 'paths.readonly-mount',
    title: 'a read-only path may be a mount itself, with a mount in it',
    stands: 'config-linux.md, Readonly Paths',
    mark: 'any-runtime',
    notFor,
    files: { 'vol/sub/x': '', 'vol/f': 'volume', 'other/f': 'other' },
    config: {
      mounts: [bind('vol', '/data', 'rw'), bind('other', '/data/sub', 'rw')],
      linux: { readonlyPaths: ['/data'] },
    },
    program: `cat /data/f /data/sub/f; echo; ${tried('/data/f')}; ${tried('/data/sub/f')}`,
    steps: [...wholeLife('volumeother\nrefused /data/f\nwritten /data/sub/f'), file('vol/f', 'volume')],
  }),
  defineCase({
    id: 'paths.readonly-link-hides',
    title: 'a read-only path that would hide a mount, since it leads above it by a link, is an error',
    stands:
      'nullfs does not follow the mounts below its source (docs/freebsd/mounts.md): nothing is hidden silently',
    mark: 'jailwright',
    files: { 'vol/f': 'volume' },
    rootFiles: { 'run/vol': { dir: true }, 'x/link': { link: '/run' } },
    config: {
      mounts: [bind('vol', '/run/vol', 'rw')],
      linux: { readonlyPaths: ['/x/link'] },
    },
    steps: [create({ fails: /linux\.readonlyPaths\[0\]: \/x\/link: .*\/run\/vol/ }), gone()],
  }),
  ...[[], ['tmpcopyup']].map(more =>
    defineCase({
      id: `mounts.tmpfs-ro-holds${more.length > 0 ? '-copied' : ''}`,
      title: `a read-only tmpfs${more.length > 0 ? ' that is filled' : ''} may have mounts in it`,
      stands: 'config.md, Mounts; runc makes a tmpfs read-only when all is mounted; podman --tmpfs /run:ro',
      mark: 'any-runtime',
      notFor: {
        ocijail: 'no mount point can be made',
        runj: 'no mount point can be made',
        runc: "1.1 gives it the covered directory's mode, and leaves mount points",
      },
      files: { 'vol/f': 'volume', one: 'single' },
      rootFiles: { 'run/image': 'image' },
      config: {
        mounts: [
          {
            destination: '/run',
            type: 'tmpfs',
            source: 'tmpfs',
            options: ['ro', 'size=1m', 'mode=750', 'noexec', ...more],
          },
          bind('vol', '/run/sub/deep', 'rw'),
          bind('one', '/run/one', 'ro'),
        ],
      },
      program: [
        'cat /run/sub/deep/f /run/one; echo',
        ...['/run/new', '/run/sub/new', '/run/sub/deep/new'].map(tried),
        'ls -ld /run; ls /run',
      ].join('; '),
      steps: [
        ...wholeLife([
          /^volumesingle\nrefused \/run\/new\nrefused \/run\/sub\/new\nwritten \/run\/sub\/deep\/new\ndrwxr-x---/,
          more.length > 0 ? /^image$/m : { not: /^image$/m },
        ]),
        file('b1/root/run/sub', 'absent'),
        file('b1/root/run/one', 'absent'),
      ],
    }),
  ),
  defineCase({
    id: 'paths.hard-linked-file',
    title: 'a read-only file of more than one name keeps its contents',
    stands:
      'config-linux.md, Readonly Paths; nullfs covers only files of one hard link (sys/fs/nullfs/null_vfsops.c)',
    mark: 'any-runtime',
    notFor,
    rootFiles: { 'data/file': 'text' },
    config: { linux: { readonlyPaths: ['/data/file'] } },
    program: `cat /data/file; echo; ${tried('/data/file')}`,
    steps: [
      { do: 'tool', argv: ['ln', '%{dir}/b1/root/data/file', '%{dir}/b1/root/data/second'], expect: {} },
      ...wholeLife('text\nrefused /data/file'),
      file('b1/root/data/file', 'text'),
    ],
  }),
  defineCase({
    id: 'paths.missing',
    title: 'masked and read-only paths that the image lacks are no error, and are not made',
    stands:
      "config-linux.md, Masked Paths; runc leaves out what is not there, and podman always lists paths of Linux's /proc",
    mark: 'any-runtime',
    notFor,
    config: {
      linux: {
        maskedPaths: ['/data/none', '/none/at/all'],
        readonlyPaths: ['/data/nothing', '/nothing/here'],
      },
    },
    program: 'echo runs',
    steps: [
      ...wholeLife('runs'),
      file('b1/root/data', 'absent'),
      file('b1/root/none', 'absent'),
      file('b1/root/nothing', 'absent'),
    ],
  }),
  defineCase({
    id: 'paths.dangling-link',
    title: 'a masked path and a read-only path that are links to nothing are left out',
    stands: 'runtime-tools, linux_masked_paths: a masked link that leads to nothing',
    mark: 'jails',
    notFor,
    rootFiles: { 'data/one': { link: '/no/such/file' }, 'data/two': { link: '../no/such/file' } },
    config: { linux: { maskedPaths: ['/data/one'], readonlyPaths: ['/data/two'] } },
    program: 'echo runs',
    steps: [...wholeLife('runs'), file('b1/root/no', 'absent')],
  }),
  ...(['maskedPaths', 'readonlyPaths'] as const).map(list =>
    defineCase({
      id: `paths.fifo-in-${list.toLowerCase()}`,
      title: `a FIFO of the image in linux.${list} is refused by name, and create does not wait for it`,
      stands:
        'runtime-tools, linux_masked_paths: a masked FIFO; nothing can be mounted on one (sys/kern/vfs_mount.c, vfs_domount_first)',
      mark: 'jailwright',
      rootFiles: { data: { dir: true } },
      config: { linux: { [list]: ['/data/fifo'] } },
      steps: [
        tool(['mkfifo', '%{dir}/b1/root/data/fifo']),
        create({ fails: new RegExp(`linux\\.${list}\\[0\\]: /data/fifo is neither a directory nor a file`) }),
        gone(),
      ],
    }),
  ),
]
