/** The kill operation (runtime.md, "Kill"). */
import {
  call,
  check,
  create,
  defineCase,
  finish,
  kill,
  output,
  remove,
  start,
  startReady,
  state,
  wait,
  waitText,
} from '../harness/define.ts'

/** A program that says which of two signals came, and ends. */
const catcher =
  'trap "echo got TERM; exit 0" TERM; trap "echo got HUP; exit 0" HUP; trap "echo got USR1" USR1; echo ready; while :; do sleep 0.1; done'

const ways = [
  ['term-by-name', 'TERM', 'got TERM', 'a signal goes by its name without SIG'],
  ['term-with-prefix', 'SIGTERM', 'got TERM', 'a signal goes by its name with SIG: buildah sends SIGKILL so'],
  ['hup-by-number', '1', 'got HUP', 'a signal goes by its number: podman sends numbers'],
  ['lower-case', 'term', 'got TERM', 'a signal goes by its name in lower case, as runc takes it'],
] as const

/** Cases about `kill`. */
export const killCases = [
  ...ways.map(([name, signal, said, title]) =>
    defineCase({
      id: `kill.${name}`,
      title,
      stands: 'runtime.md, Kill: "This operation MUST send the specified signal to the container process"',
      mark: 'any-runtime',
      notFor: name === 'lower-case' ? { ocijail: 'upper case only', crun: 'upper case only' } : {},
      program: catcher,
      steps: [...startReady(), kill(signal), waitText(new RegExp(said)), wait('stopped'), remove()],
    }),
  ),
  defineCase({
    id: 'kill.default-term',
    title: 'kill without a signal sends TERM',
    stands: 'buildah calls `kill ID` (run_common.go); runc(8) and crun(1): the default signal is SIGTERM',
    mark: 'any-runtime',
    program: catcher,
    steps: [...startReady(), call(['kill', '%{id}']), waitText(/got TERM/), wait('stopped'), remove()],
  }),
  defineCase({
    id: 'kill.kill-by-name',
    title: 'kill ID SIGKILL ends a program that ignores TERM',
    stands:
      'buildah calls `kill ID SIGKILL` (run_common.go); ocijail (kill.cpp) says "Unknown signal name SIGKILL"',
    mark: 'any-runtime',
    program: 'trap "" TERM; echo ready; while :; do sleep 0.1; done',
    steps: [
      ...startReady(),
      kill('TERM'),
      check('it goes on', async context => {
        await context.sleep(200)
      }),
      state({ status: 'running' }),
      kill('SIGKILL'),
      wait('stopped'),
      remove(),
    ],
  }),
  defineCase({
    id: 'kill.signal-0',
    title: 'signal 0 tells whether the container lives',
    stands:
      'kill(2): "If sig is zero, error checking is performed but no signal is sent"; refused by ocijail (kill.cpp)',
    mark: 'any-runtime',
    notFor: { runc: '1.1 takes no 0 ("unknown signal")' },
    program: 'echo ready; exec sleep %{nap}',
    steps: [
      ...startReady(),
      kill('0'),
      state({ status: 'running' }),
      kill('KILL'),
      wait('stopped'),
      kill('0', { fails: true }),
      remove(),
    ],
  }),
  defineCase({
    id: 'kill.stopped',
    title: 'kill of a stopped container is an error',
    stands:
      'runtime.md, Kill: "Attempting to send a signal to a container that is neither created nor running MUST have no effect on the container and MUST generate an error"; ocijail (kill.cpp) says success',
    mark: 'any-runtime',
    program: 'exit 0',
    steps: [
      create(),
      start(),
      wait('stopped'),
      kill('TERM', { fails: true }),
      kill('KILL', { fails: true }),
      remove(),
    ],
  }),
  defineCase({
    id: 'kill.unknown-container',
    title: 'kill of an unknown container is an error',
    stands:
      'runtime.md, Kill: "This operation MUST generate an error if it is not provided the container ID"',
    mark: 'any-runtime',
    steps: [kill('TERM', { fails: true }, 'nosuch-%{unique}'), call(['kill'], { fails: true })],
  }),
  defineCase({
    id: 'kill.unknown-signal',
    title: 'an unknown signal is an error and the container goes on',
    stands:
      'runtime.md, Errors: an operation that fails "MUST leave the state of the environment as if the operation were never attempted"',
    mark: 'any-runtime',
    program: 'echo ready; exec sleep %{nap}',
    steps: [
      ...startReady(),
      kill('NOSUCH', { fails: true }),
      kill('1x', { fails: true }),
      kill('99999', { fails: true }),
      state({ status: 'running' }),
      ...finish,
    ],
  }),
  defineCase({
    id: 'kill.usr1',
    title: 'a signal whose number differs between systems goes by its name',
    stands: 'SIGUSR1 is 30 on FreeBSD (sys/sys/signal.h) and 10 on Linux; runtime.md, Kill',
    mark: 'any-runtime',
    program: catcher,
    steps: [...startReady(), kill('USR1'), waitText(/got USR1/), state({ status: 'running' }), ...finish],
  }),
  defineCase({
    id: 'kill.all',
    title: 'kill --all reaches every process of the container',
    stands:
      'podman calls `kill --all ID SIGNAL` (libpod/oci_conmon_common.go); ocijail (kill.cpp) parses --all and ignores it',
    mark: 'any-runtime',
    program:
      // The first process is ready before its child is: a signal that comes between would end it.
      'trap "echo first got it" HUP; (trap "echo child got it; exit" HUP; echo child ready; while :; do sleep 0.1; done) & wait; wait; echo ready; while :; do sleep 0.1; done',
    steps: [
      create(),
      start(),
      waitText(/child ready/),
      call(['kill', '--all', '%{id}', 'HUP']),
      waitText([/child got it/, /first got it/]),
      kill('KILL'),
      wait('stopped'),
      remove(),
    ],
  }),
  defineCase({
    id: 'kill.pid',
    title: '--pid signals a process of the container in place of the first one, and no other process',
    stands: 'ocijail: kill --pid,-p "Send the signal to the given process" (ocijail/kill.cpp)',
    mark: 'jailwright',
    program: 'sleep %{nap} & echo "other $!"; wait $!; echo over; exec sleep %{nap}',
    steps: [
      create(),
      start(),
      waitText(/other \d/),
      check('the other one ends, the first goes on', async context => {
        const pid = /other (\d+)/.exec(context.read('out'))?.[1] ?? ''
        const id = context.expand('%{id}')
        const outside = await context.runtime('kill', '--pid', '1', id, 'CONT')
        if (outside.status === 0 || !outside.stderr.includes('has no such process'))
          context.fail(`pid 1: ${outside.status} ${outside.stderr}`)
        const both = await context.runtime('kill', '--all', '--pid', pid, id, 'KILL')
        if (both.status === 0) context.fail('--all with --pid was taken')
        const { status, stderr } = await context.runtime('kill', '--pid', pid, id, 'KILL')
        if (status !== 0) context.fail(stderr)
      }),
      waitText(/over/),
      state({ status: 'running' }),
      ...finish,
    ],
  }),
  defineCase({
    id: 'kill.only-the-first',
    title: 'kill without --all reaches the container process only',
    stands: 'runtime.md, Kill: "This operation MUST send the specified signal to the container process"',
    mark: 'any-runtime',
    program:
      '(trap "echo child got it" HUP; echo child ready; while :; do sleep 0.1; done) & trap "echo first got it" HUP; echo ready; while :; do sleep 0.1; done',
    steps: [
      create(),
      start(),
      waitText([/child ready/, /^ready/m]),
      kill('HUP'),
      waitText(/first got it/),
      check('the child got nothing', async context => {
        await context.sleep(250)
      }),
      output({ not: /child got it/ }),
      ...finish,
    ],
  }),
]
