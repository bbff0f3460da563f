/** What must be refused, and that nothing is left of it (runtime.md "Errors", config.md, spec.md). */
import {
  call,
  check,
  create,
  defineCase,
  failsToStart,
  file,
  gone,
  output,
  remove,
  removeFile,
  start,
  state,
  wait,
  write,
} from '../../harness/define.ts'

const badIds = [
  '../x%{unique}',
  'a/%{unique}',
  '/%{unique}',
  '.',
  '..',
  '',
  'with space %{unique}',
  'new\nline%{unique}',
  '%{unique};x',
]

export const errorCases = [
  defineCase({
    id: 'errors.bad-json',
    title: 'config.json that is no JSON',
    stands: 'runtime.md, Errors: "the runtime MUST exit with a nonzero code"; config.md: config.json is JSON',
    mark: 'any-runtime',
    steps: [write('b1/config.json', '{ "ociVersion": "1.0.2", '), create({ fails: true }), gone()],
  }),
  defineCase({
    id: 'errors.no-config',
    title: 'a bundle without config.json',
    stands: 'bundle.md: "config.json ... This REQUIRED file MUST reside in the root of the bundle directory"',
    mark: 'any-runtime',
    steps: [removeFile('b1/config.json'), create({ fails: /config\.json/ }), gone()],
  }),
  defineCase({
    id: 'errors.no-bundle',
    title: 'a bundle directory that does not exist',
    stands:
      'runtime.md, Create: "This operation MUST generate an error if it is not provided a path to the bundle"',
    mark: 'any-runtime',
    steps: [create({ bundle: '%{dir}/nosuch', fails: /no such file|not exist|nosuch/i }), gone()],
  }),
  defineCase({
    id: 'errors.no-id',
    title: 'create without an id',
    stands:
      'runtime.md, Create: "This operation MUST generate an error if it is not provided ... the container ID"',
    mark: 'any-runtime',
    steps: [call(['create', '--bundle', '%{bundle}'], { fails: true })],
  }),
  defineCase({
    id: 'errors.bad-id',
    title: 'ids that lead out of the state directory or are no names',
    stands:
      'needs A3.3: an id with / or .. escapes the state directory in ocijail; runc and crun take [A-Za-z0-9_+.-] only',
    mark: 'any-runtime',
    notFor: { runj: 'no --root' },
    files: { x: 'a neighbour of the state directory' },
    steps: [
      ...badIds.map(id => create({ id, flags: ['--'], fails: true })),
      file('x', 'a neighbour of the state directory'),
      check('nothing was made for any of them', async context => {
        const listed = await context.tool('ls', '-a', context.expand('%{state}'))
        const names = listed.stdout.split('\n').filter(name => name !== '' && !name.startsWith('.'))
        if (names.length > 0) context.fail(`state directory holds ${names.join(', ')}`)
      }),
    ],
  }),
  defineCase({
    id: 'errors.no-root',
    title: 'a root that does not exist',
    stands: 'config.md, Root: "A directory MUST exist at the path declared by the field"',
    mark: 'any-runtime',
    config: { root: { path: '%{dir}/nosuch-root' } },
    steps: [create({ fails: /root|no such file/i }), gone(), file('nosuch-root', 'absent')],
  }),
  defineCase({
    id: 'errors.root-is-a-file',
    title: 'a root that is a file',
    stands: 'config.md, Root: "A directory MUST exist at the path declared by the field"',
    mark: 'any-runtime',
    files: { afile: 'x' },
    config: { root: { path: '%{dir}/afile' } },
    steps: [create({ fails: true }), gone()],
  }),
  defineCase({
    id: 'errors.wrong-type',
    title: 'a property of the wrong type',
    stands:
      'config.md: "runtimes MUST generate an error when invalid or unsupported values are encountered" (Valid values)',
    mark: 'any-runtime',
    config: { process: { args: '/bin/sh' } },
    steps: [create({ fails: /args/ }), gone()],
  }),
  defineCase({
    id: 'errors.unknown-property',
    title: 'an unknown property is no error',
    stands:
      'config.md, Extensibility: "runtimes MUST NOT generate an error if they encounter an unknown property"',
    mark: 'any-runtime',
    config: { 'org.example.unknown': { deep: [1, 2] }, process: { 'x-unknown': true } },
    program: 'echo fine',
    output: 'fine',
  }),
  ...['1.0.0', '1.0.2-dev', '1.1.0', '1.2.1', '1.3.0', '1.99.0'].map(version =>
    defineCase({
      id: `errors.version-${version.replaceAll('.', '-')}`,
      title: `ociVersion ${version} is accepted`,
      stands:
        'spec.md: versions are semantic (SemVer 2.0), a minor version adds only; ocijail refuses 1.3.0 (needs A.5.20)',
      mark: 'any-runtime',
      config: { ociVersion: version },
      program: 'echo accepted',
      output: 'accepted',
    }),
  ),
  ...['2.0.0', 'one', ''].map(version =>
    defineCase({
      id: `errors.version-bad-${version.replaceAll('.', '-') || 'empty'}`,
      title: `ociVersion ${JSON.stringify(version)} is refused`,
      stands:
        'config.md, Specification version: "ociVersion (string, REQUIRED) MUST be in SemVer v2.0.0 format"; a major version means another format',
      mark: 'any-runtime',
      notFor: { runc: 'does not look at it', crun: 'does not look at it' },
      config: { ociVersion: version },
      steps: [create({ fails: /ociVersion|version/i }), gone()],
    }),
  ),
  defineCase({
    id: 'errors.unknown-command',
    title: 'an unknown command is an error',
    stands: 'runtime command line interface: exit status',
    mark: 'any-runtime',
    steps: [
      call(['nosuchcommand'], { fails: true }),
      call(['state', '--nosuchoption', 'x'], { fails: true }),
    ],
  }),
  defineCase({
    id: 'errors.version-flag',
    title: '--version prints name and version',
    stands: 'podman calls `--version` for `podman info`; runtime command line interface, --version',
    mark: 'any-runtime',
    steps: [call(['--version'], { globals: [], stdout: /^\S+ (version )?v?\d+\.\d+/m })],
  }),
  defineCase({
    id: 'errors.help-flag',
    title: '--help tells the commands and is no error',
    stands: 'runc(8), crun(1), ocijail(8): --help',
    mark: 'any-runtime',
    steps: [
      call(['--help'], {
        globals: [],
        stdout: [/\bcreate\b/, /\bstart\b/, /\bstate\b/, /\bkill\b/, /\bdelete\b/],
      }),
    ],
  }),
  defineCase({
    id: 'errors.flags-of-callers',
    title: '--debug and --rootless are accepted',
    stands:
      'design, Command line: "--debug"; "accepted and ignored: --systemd-cgroup, --cgroup-manager X, --rootless X"',
    mark: 'jails',
    notFor: { ocijail: 'rejects them', runj: 'rejects them' },
    program: 'echo accepted',
    steps: [
      create({
        globals: ['--debug', '--rootless', 'false', '--root', '%{state}', '--log', '%{dir}/own-log'],
      }),
      start(),
      wait('stopped'),
      output('accepted'),
      remove(),
    ],
  }),
  defineCase({
    id: 'errors.again-after-failure',
    title: 'after a create that failed the same id can be created',
    stands:
      'runtime.md, Errors: a failed operation "MUST leave the state of the environment as if the operation were never attempted"',
    mark: 'any-runtime',
    config: {
      mounts: [{ destination: '/mnt', type: '%{bind}', source: '%{dir}/later', options: ['rbind'] }],
    },
    program: 'cat /mnt/f',
    steps: [
      create({ fails: /later/ }),
      gone(),
      write('later/f', 'now it is there'),
      create({ n: 2, id: '%{id}' }),
      start(),
      wait('stopped'),
      output('now it is there', 'out2'),
      remove(),
    ],
  }),
  defineCase({
    id: 'errors.pid-file-unwritable',
    title: 'a pid file that cannot be written makes create fail, and nothing is left',
    stands:
      'conmon and buildah find the process by the pid file only; runtime.md, Errors: a failed operation "MUST leave the state of the environment as if the operation were never attempted"',
    mark: 'any-runtime',
    program: 'echo never',
    steps: [
      call(['create', '--bundle', '%{bundle}', '--pid-file', '%{dir}/nosuch/pid', '%{id}'], {
        fails: /nosuch|no such file/i,
      }),
      gone(),
      file('nosuch', 'absent'),
      write('a-file', 'text'),
      call(['create', '--bundle', '%{bundle}', '--pid-file', '%{dir}/a-file/pid', '%{id}'], {
        fails: /a-file|not a directory/i,
      }),
      gone(),
      file('a-file', 'text'),
    ],
  }),
  defineCase({
    id: 'errors.file-in-place',
    title:
      'a file in the place of the container in the state directory: refused, left, and no trouble once removed',
    stands:
      'runtime.md, Errors: a failed operation "MUST leave the state of the environment as if the operation were never attempted"',
    mark: 'any-runtime',
    notFor: { runj: 'no --root' },
    program: 'echo done',
    steps: [
      write('%{state}/%{id}', 'not ours'),
      create({ fails: true }),
      gone(),
      file('%{state}/%{id}', 'not ours'),
      removeFile('%{state}/%{id}'),
      create(),
      start(),
      wait('stopped'),
      output(/^done$/m),
      remove(),
    ],
  }),
  defineCase({
    id: 'errors.exec-fails-nothing-left',
    title: 'a program that cannot be executed leaves nothing behind',
    stands: 'runtime.md, Start and Errors; ocijail says running before it has executed anything (needs A3.7)',
    mark: 'jails',
    rootFiles: { 'opt/bad': { text: 'no format that any kernel knows\u0001\u0002', mode: 0o755 } },
    config: { process: { args: ['/opt/bad'] } },
    steps: failsToStart(/exec format error|Exec format/i),
  }),
  defineCase({
    id: 'errors.flags-accepted',
    title: 'flags of Linux that conmon passes on are accepted',
    stands:
      'conmon: --systemd-cgroup, --no-pivot, --no-new-keyring (needs A2.1); unknown-to-FreeBSD flags are ignored',
    mark: 'jails',
    notFor: { ocijail: 'rejects them', runj: 'rejects them' },
    program: 'echo accepted',
    steps: [
      create({
        globals: ['--systemd-cgroup', '--cgroup-manager', 'disabled', '--root', '%{state}'],
        flags: ['--no-pivot', '--no-new-keyring'],
      }),
      start(),
      wait('stopped'),
      output('accepted'),
      remove(),
    ],
  }),
  ...['panic', 'fatal', 'error', 'warning', 'info', 'debug', 'trace'].map(level =>
    defineCase({
      id: `errors.log-level-${level}`,
      title: `--log-level ${level} is accepted`,
      stands: 'ocijail refuses --log-level error (needs A3.11); podman and people pass it',
      mark: 'jails',
      notFor: { ocijail: 'needs A3.11', runj: 'has none' },
      program: 'echo fine',
      steps: [
        create({
          globals: [
            '--root',
            '%{state}',
            '--log',
            '%{dir}/own-log',
            '--log-format',
            'json',
            '--log-level',
            level,
          ],
        }),
        start(),
        wait('stopped'),
        output('fine'),
        remove(),
      ],
    }),
  ),
  ...(
    [
      ['unknown-option', ['create', '--bogus', '%{id}']],
      ['unknown-command', ['frobnicate']],
    ] as const
  ).map(([name, words]) =>
    defineCase({
      id: `errors.log-${name}`,
      title: `an ${name.replace('-', ' ')} is told in the log, in the form that podman reads`,
      stands:
        'design, Command line: "Errors go to the log (podman reads the JSON form: level, msg, time) and to standard error in one line"',
      mark: 'jailwright',
      steps: [
        call(words, { globals: ['--log', '%{dir}/own-log', '--log-format', 'json'], fails: /unknown/ }),
        file('own-log', /^\{"level":"error","msg":"(create: )?unknown /),
      ],
    }),
  ),
  defineCase({
    id: 'errors.config-must-be-object',
    title: 'config.json that is JSON but no object',
    stands: 'config.md: the configuration is an object',
    mark: 'any-runtime',
    steps: [write('b1/config.json', '[]'), create({ fails: true }), gone()],
  }),
  defineCase({
    id: 'errors.start-removes-nothing',
    title: 'the state survives a config.json that was removed',
    stands:
      'runtime.md, Create: changes of config.json after create have no effect; so state and delete do not need it',
    mark: 'any-runtime',
    program: 'echo still',
    steps: [
      create(),
      removeFile('b1/config.json'),
      state({ status: 'created' }),
      start(),
      wait('stopped'),
      output('still'),
      remove(),
      gone(),
    ],
  }),
]
