/** Standard streams and further descriptors. */
import { check, create, defineCase, file, output, remove, start, wait } from '../../harness/define.ts'

/** Standard streams and further descriptors. */
export const descriptorCases = [
  defineCase({
    id: 'process.stdin',
    title: "standard input is the caller's",
    stands: "conmon hands the container's streams to `create` and the program keeps them",
    mark: 'any-runtime',
    program: 'cat; echo end',
    steps: [
      create({ stdin: 'first\nsecond\n' }),
      start(),
      wait('stopped'),
      output('first\nsecond\nend'),
      remove(),
    ],
  }),
  defineCase({
    id: 'process.stdout-stderr',
    title: "standard output and error are the caller's, apart",
    stands: "conmon hands the container's streams to `create` and the program keeps them",
    mark: 'any-runtime',
    program: 'echo to out; echo to err >&2',
    steps: [
      create({ merge: false }),
      start(),
      wait('stopped'),
      output('to out'),
      file('err', 'to err'),
      remove(),
    ],
  }),
  defineCase({
    id: 'process.preserve-fds',
    title: '--preserve-fds hands descriptors 3 and up to the program',
    stands: 'conmon: `create --preserve-fds N` (src/runtime_args.c)',
    mark: 'any-runtime',
    notFor: { runj: 'has no --preserve-fds' },
    program:
      'echo three >&3; echo four >&4; if (echo five >&5) 2>/dev/null; then echo open; else echo closed; fi',
    steps: [
      create({ fds: ['fd3', 'fd4', 'fd5'], flags: ['--preserve-fds', '2'] }),
      start(),
      wait('stopped'),
      file('fd3', 'three'),
      file('fd4', 'four'),
      output('closed'),
      remove(),
    ],
  }),
  defineCase({
    id: 'process.listen-fds',
    title: 'LISTEN_FDS of the caller reaches the program with its pid, when the descriptors are handed over',
    stands:
      'podman: "Pass down the LISTEN_* environment (see #10443)" (oci_conmon_common.go); sd_listen_fds(3): LISTEN_PID is the pid of the receiver',
    mark: 'jailwright',
    program: 'echo "$LISTEN_FDS $LISTEN_FDNAMES"; test "$LISTEN_PID" = $$ && echo mine; echo three >&3',
    steps: [
      create({
        fds: ['fd3'],
        flags: ['--preserve-fds', '1'],
        env: { LISTEN_FDS: '1', LISTEN_PID: '77', LISTEN_FDNAMES: 'web' },
      }),
      start(),
      wait('stopped'),
      output('1 web\nmine'),
      file('fd3', 'three'),
      remove(),
      // Without handed-over descriptors LISTEN_FDS concerns the caller alone.
      create({ env: { LISTEN_FDS: '1', LISTEN_PID: '77' }, into: 'out2', n: 1 }),
      start(),
      wait('stopped'),
      output({ not: /^1 |mine/m }, 'out2'),
      remove(),
    ],
  }),
  defineCase({
    id: 'process.no-other-fds',
    title: 'without --preserve-fds nothing but 0, 1 and 2 is open',
    stands: 'CVE-2024-21626 (runc): no descriptor of the runtime may reach the program',
    mark: 'any-runtime',
    program:
      'for n in 3 4 5 6 7 8 9; do if (eval "echo x >&$n") 2>/dev/null || (eval "read a <&$n") 2>/dev/null; then echo "$n open"; fi; done; echo end',
    steps: [
      create({ fds: ['fd3', 'fd4'] }),
      start(),
      wait('stopped'),
      output('end'),
      file('fd3', ''),
      remove(),
    ],
  }),
  defineCase({
    id: 'process.null-not-chowned',
    title: "a program of another user whose stream is the host's /dev/null does not make it that user's",
    stands:
      "crun's suite, test_dev_null_no_chown: a runtime that gives the streams to the user must leave the host's device alone",
    mark: 'any-runtime',
    config: { process: { user: { uid: 1001, gid: 1002 } } },
    program: 'id -u',
    steps: [
      check('who owns /dev/null', async context => {
        context.memory.set(
          'owner',
          (await context.tool('ls', '-ln', '/dev/null')).stdout.split(/\s+/).slice(0, 4).join(' '),
        )
      }),
      create(),
      start(),
      wait('stopped'),
      output('1001'),
      check('the same as before', async context => {
        const now = (await context.tool('ls', '-ln', '/dev/null')).stdout.split(/\s+/).slice(0, 4).join(' ')
        if (now !== context.memory.get('owner')) context.fail(`/dev/null is ${now}`)
      }),
      remove(),
    ],
  }),
]
