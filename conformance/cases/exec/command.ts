/** exec with a command line, as people call it. */
import {
  call,
  check,
  create,
  defineCase,
  exec,
  finish,
  gone,
  output,
  remove,
  removeForce,
  start,
  startReady,
  state,
  wait,
  waitText,
} from '../../harness/define.ts'
import { notFor, sleeper } from './words.ts'

/** exec with a command line, as people call it. */
export const execCommandCases = [
  defineCase({
    id: 'exec.command',
    title: 'exec ID COMMAND gives the output and exit status of the command',
    stands: 'runc(8), exec: runs a command in the container and ends with its status',
    mark: 'any-runtime',
    notFor: { ...notFor, ocijail: '--process only' },
    program: sleeper,
    steps: [
      ...startReady(),
      exec(['/bin/sh', '-c', 'echo hello; exit 5'], { into: 'eout', status: 5 }),
      output('hello', 'eout'),
      ...finish,
    ],
  }),
  defineCase({
    id: 'exec.signal-status',
    title: 'a command that a signal ended gives 128 + n',
    stands: 'runc(8), exec; podman exec',
    mark: 'any-runtime',
    notFor: { ...notFor, ocijail: '--process only' },
    program: sleeper,
    steps: [
      ...startReady(),
      exec(['/bin/sh', '-c', 'kill -KILL $$'], { into: 'eout', status: 137 }),
      ...finish,
    ],
  }),
  defineCase({
    id: 'exec.same-place',
    title: 'the command of exec is in the container: it has its root, hostname and mounts',
    stands: 'runc(8), exec: "run the process inside the container"',
    mark: 'any-runtime',
    notFor: { ...notFor, ocijail: '--process only' },
    files: { 'vol/f': 'volume' },
    rootFiles: { 'etc/mark': 'mark' },
    config: { mounts: [{ destination: '/mnt', type: '%{bind}', source: '%{dir}/vol', options: ['rbind'] }] },
    program: sleeper,
    steps: [
      ...startReady(),
      exec(['/bin/sh', '-c', 'hostname; cat /etc/mark /mnt/f'], { into: 'eout' }),
      output('conformance\nmarkvolume', 'eout'),
      ...finish,
    ],
  }),
  defineCase({
    id: 'exec.user-cwd-env',
    title: 'exec takes --user, --cwd and --env',
    stands: 'runc(8), exec: --user UID[:GID], --cwd, --env; podman exec -u, -w, -e',
    mark: 'any-runtime',
    notFor: { ...notFor, ocijail: '--process only' },
    program: sleeper,
    steps: [
      ...startReady(),
      exec(['/bin/sh', '-c', 'id -u; id -g; pwd; echo "$X"'], {
        into: 'eout',
        flags: ['--user', '1001:1002', '--cwd', '/tmp', '--env', 'X=y z'],
      }),
      output('1001\n1002\n/tmp\ny z', 'eout'),
      ...finish,
    ],
  }),
  defineCase({
    id: 'exec.user-strict',
    title: 'exec --user with trailing text is an error, not another user',
    stands:
      'CVE-2026-30892 (crun): `exec -u`, parsed wrongly, ran as a different user, so numbers are read strictly',
    mark: 'jailwright',
    program: sleeper,
    steps: [
      ...startReady(),
      ...['10x', '1001:', ':', '-1', '1001:10x', '0x10', ''].map(user =>
        exec(['/bin/sh', '-c', 'echo ran as $(id -u)'], {
          into: 'eout',
          flags: ['--user', user],
          fails: true,
        }),
      ),
      output({ not: /ran as/ }, 'eout'),
      ...finish,
    ],
  }),
  defineCase({
    id: 'exec.umask',
    title: "the command of exec has the container's umask",
    stands:
      'CVE-2022-27650 (crun): exec applies the same restrictions as create; ocijail (process.cpp) gives every process the umask 0077',
    mark: 'jailwright',
    config: { process: { user: { umask: 0o027 } } },
    program: sleeper,
    steps: [
      ...startReady(),
      exec(['/bin/sh', '-c', 'umask'], { into: 'eout' }),
      output(/^0?027$/m, 'eout'),
      ...finish,
    ],
  }),
  defineCase({
    id: 'exec.stopped',
    title: 'exec in a stopped container is an error',
    stands: 'ocijail (exec.cpp) does not look at the state; runc: "cannot exec in a stopped container"',
    mark: 'any-runtime',
    notFor: { ...notFor, ocijail: 'does not look at the state' },
    program: 'exit 0',
    steps: [
      create(),
      start(),
      wait('stopped'),
      exec(['/bin/sh', '-c', 'echo ran'], { into: 'eout', fails: true }),
      output({ not: /^ran/m }, 'eout'),
      remove(),
    ],
  }),
  defineCase({
    id: 'exec.created',
    title: 'exec runs in a created container, whose own program is not started by it',
    stands:
      'runc, exec.go: only a stopped container is refused ("cannot exec in a stopped container"); callers prepare a container between create and start',
    mark: 'any-runtime',
    notFor: { ...notFor, ocijail: '--process only' },
    rootFiles: { 'etc/mark': 'mark' },
    program: sleeper,
    steps: [
      create(),
      exec(['/bin/sh', '-c', 'hostname; cat /etc/mark; echo made >/tmp/made; exit 3'], {
        into: 'eout',
        status: 3,
      }),
      output('conformance\nmark', 'eout'),
      state({ status: 'created' }),
      output({ not: /ready/ }),
      start(),
      waitText('ready'),
      exec(['/bin/sh', '-c', 'cat /tmp/made'], { into: 'eout' }),
      output('conformance\nmarkmade', 'eout'),
      ...finish,
    ],
  }),
  defineCase({
    id: 'exec.created-detached',
    title:
      'a detached command of exec in a created container goes on when the program is started, and ends with it',
    stands:
      'runc, exec.go and runtime.md, Delete: "Deleting a container MUST delete the resources that were created"',
    mark: 'any-runtime',
    notFor: { ...notFor, ocijail: '--process only' },
    program: 'echo ready; while [ ! -e /tmp/told ]; do sleep 0.05; done; echo told; exec sleep %{nap}',
    steps: [
      create(),
      exec(
        ['/bin/sh', '-c', 'while [ ! -e /tmp/ask ]; do sleep 0.05; done; echo >/tmp/told; exec sleep %{nap}'],
        { into: 'eout', flags: ['--detach'] },
      ),
      state({ status: 'created' }),
      start(),
      waitText('ready'),
      exec(['/bin/sh', '-c', 'echo >/tmp/ask'], { into: 'eout' }),
      waitText('ready\ntold'),
      removeForce(),
      gone(),
    ],
  }),
  defineCase({
    id: 'exec.unknown',
    title: 'exec in an unknown container is an error',
    stands: 'runc(8), exec',
    mark: 'any-runtime',
    steps: [call(['exec', 'nosuch-%{unique}', '/bin/sh'], { fails: true })],
  }),
  defineCase({
    id: 'exec.no-such-program',
    title: "exec of a command that does not exist says what podman's status 127 needs",
    stands: 'podman (libpod/oci_util.go): the phrases give exit status 127',
    mark: 'any-runtime',
    notFor: { ...notFor, ocijail: '--process only' },
    program: sleeper,
    steps: [
      ...startReady(),
      exec(['no-such-program'], {
        into: 'eout',
        fails: /executable file not found|no such file or directory/i,
      }),
      // The directories of PATH must not be taken for a program of an empty name.
      exec([''], { into: 'eout', fails: /executable file not found|no such file or directory/i }),
      exec(['/etc/passwd'], { into: 'eout', fails: /permission denied/i }),
      state({ status: 'running' }),
      ...finish,
    ],
  }),
  defineCase({
    id: 'exec.status-127-126',
    title: 'exec ends with 127 for a missing program, with 126 for one that may not be executed',
    stands:
      'POSIX, Exit Status for Commands: "If a command is not found, the exit status shall be 127. If the command name is found, but it is not an executable utility, the exit status shall be 126"',
    mark: 'jailwright',
    program: sleeper,
    steps: [
      ...startReady(),
      exec(['no-such-program'], { into: 'eout', status: 127 }),
      exec([''], { into: 'eout', status: 127 }),
      exec(['/etc/passwd'], { into: 'eout', status: 126 }),
      ...finish,
    ],
  }),
  defineCase({
    id: 'exec.many-at-once',
    title: 'exec runs ten commands at the same time',
    stands:
      'each health check of podman is one exec; ocijail (exec.cpp) keeps the lock of the state during exec',
    mark: 'any-runtime',
    notFor: { ...notFor, ocijail: '--process only' },
    program: sleeper,
    steps: [
      ...startReady(),
      {
        do: 'together',
        branches: Array.from({ length: 10 }, (_, n) => [
          exec(['/bin/sh', '-c', `sleep 0.1; echo number ${n}`], { into: `eout${n}`, timeout: 60_000 }),
          output(`number ${n}`, `eout${n}`),
        ]),
      },
      ...finish,
    ],
  }),
  defineCase({
    id: 'exec.gone-with-the-container',
    title: 'a detached command of exec ends with the container',
    stands: 'runtime.md, Delete: nothing of the container stays',
    mark: 'any-runtime',
    notFor: { ...notFor, ocijail: '--process only' },
    program: sleeper,
    steps: [
      ...startReady(),
      exec(['/bin/sh', '-c', 'trap "" TERM HUP; echo up; exec sleep %{nap}'], {
        into: 'eout',
        flags: ['--detach'],
      }),
      waitText('up', 'eout'),
      removeForce(),
      gone(),
    ],
  }),
  defineCase({
    id: 'exec.session-of-its-own',
    title: 'a program of exec leads a session of its own, and not that of the container',
    stands: "crun's suite, test_exec_getpgrp: a signal to the group of one must not reach the other",
    mark: 'any-runtime',
    notFor: { runj: 'has no exec of this form' },
    program: sleeper,
    steps: [
      ...startReady(),
      exec(['/bin/sh', '-c', 'echo in; exec sleep %{nap}'], { flags: ['--detach'], into: 'eout' }),
      waitText('in', 'eout'),
      check('both lead a session', async context => {
        for (const pid of [context.read('pid'), context.read('eout.pid')]) {
          const stat = (await context.tool('ps', '-o', 'stat=', '-p', pid.trim())).stdout
          if (!stat.includes('s')) context.fail(`process ${pid} leads no session: ${stat}`)
        }
      }),
      ...finish,
    ],
  }),
  defineCase({
    id: 'exec.exit-statuses',
    title: 'exec gives the exit status of its program, whatever it is',
    stands: "runc(8), exec; crun's suite, test_exec_exit_code; podman exec hands it on",
    mark: 'any-runtime',
    notFor: { runj: 'has no exec of this form', ocijail: 'has no exec of this form' },
    program: sleeper,
    steps: [
      ...startReady(),
      ...[0, 1, 42, 125, 255].map(status =>
        call(['exec', '%{id}', '/bin/sh', '-c', `exit ${status}`], { status }),
      ),
      ...finish,
    ],
  }),
]
