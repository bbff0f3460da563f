/** The command line: unknown words, flags of callers, help and version. */
import { call, create, defineCase, output, remove, start, wait } from '../../harness/define.ts'

/** The command line: unknown words, flags of callers, help and version. */
export const commandLineErrorCases = [
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
  ...(['start', 'state', 'kill', 'delete'] as const).map(command =>
    defineCase({
      id: `errors.no-id-${command}`,
      title: `${command} without an id is an error`,
      stands: `runtime.md, Operations: ${command} <container-id>; runtime-tools, validation: a call without the id must generate an error`,
      mark: 'any-runtime',
      steps: [call([command], { fails: true })],
    }),
  ),
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
      'runc(8) takes --debug and --rootless, and podman may pass --cgroup-manager (libpod/oci_conmon_common.go)',
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
    id: 'errors.flags-accepted',
    title: 'flags of Linux that conmon passes on are accepted',
    stands:
      'conmon (src/runtime_args.c) passes --systemd-cgroup, --no-pivot, --no-new-keyring; flags that mean nothing on FreeBSD are ignored',
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
  defineCase({
    id: 'errors.log-format-unknown',
    title: 'a log format that does not exist is an error',
    stands: "runc(8): --log-format is text or json; crun's suite, test_log_format_invalid",
    mark: 'any-runtime',
    notFor: { ocijail: 'not tried', runj: 'has no log' },
    steps: [call(['list'], { globals: ['--root', '%{state}', '--log-format', 'yaml'], fails: /format/i })],
  }),
]
