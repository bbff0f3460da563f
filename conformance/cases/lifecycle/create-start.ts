/** create, start, delete in order and out of order (runtime.md, "Lifecycle" and "Operations"). */
import { existsSync } from 'node:fs'
import {
  call,
  check,
  config,
  create,
  defineCase,
  failsToStart,
  file,
  finish,
  gone,
  kill,
  output,
  remove,
  removeForce,
  run,
  start,
  startReady,
  state,
  together,
  wait,
  waitText,
  write,
} from '../../harness/define.ts'

export const lifecycleCases = [
  defineCase({
    id: 'lifecycle.whole',
    title: 'create, start, end of the program, delete',
    stands:
      "runtime.md, Lifecycle: the runtime's create, start and delete commands lead through created, running, stopped",
    mark: 'any-runtime',
    program: 'echo one; sleep 0.2',
    steps: [
      create(),
      state({ status: 'created' }),
      output(''),
      start(),
      wait('stopped'),
      output('one'),
      remove(),
      gone(),
    ],
  }),
  defineCase({
    id: 'lifecycle.program-waits-for-start',
    title: 'the program is not run before start',
    stands: 'runtime.md, Create: "the user-specified program (from process) MUST NOT be run at this time"',
    mark: 'any-runtime',
    program: 'echo run',
    steps: [
      create(),
      check('nothing has been printed after 300 ms', async context => {
        await context.sleep(300)
        if (context.read('out') !== '') context.fail(`the program ran: ${context.read('out')}`)
      }),
      start(),
      waitText('run'),
      wait('stopped'),
      remove(),
    ],
  }),
  defineCase({
    id: 'lifecycle.config-fixed-at-create',
    title: 'a change of config.json after create has no effect',
    stands:
      'runtime.md, Create: "Any changes made to the config.json file after this operation will not have an effect on the container"',
    mark: 'any-runtime',
    program: 'echo before',
    steps: [
      create(),
      config({ process: { args: ['/bin/sh', '-c', 'echo after'] } }),
      start(),
      wait('stopped'),
      output('before'),
      remove(),
    ],
  }),
  defineCase({
    id: 'lifecycle.start-twice',
    title: 'start of a running container is an error and changes nothing',
    stands:
      'runtime.md, Start: "Attempting to start a container that is not created MUST have no effect on the container and MUST generate an error"',
    mark: 'any-runtime',
    program: 'echo ready; exec sleep %{nap}',
    steps: [...startReady(), start({ fails: true }), state({ status: 'running' }), ...finish],
  }),
  defineCase({
    id: 'lifecycle.start-stopped',
    title: 'start of a stopped container is an error',
    stands:
      'runtime.md, Start: "Attempting to start a container that is not created MUST ... generate an error"',
    mark: 'any-runtime',
    program: 'exit 0',
    steps: [
      create(),
      start(),
      wait('stopped'),
      start({ fails: true }),
      state({ status: 'stopped' }),
      remove(),
    ],
  }),
  defineCase({
    id: 'lifecycle.start-unknown',
    title: 'start of an unknown id is an error',
    stands:
      'runtime.md, Start: "This operation MUST generate an error if it is not provided the container ID"; an unknown one has no container',
    mark: 'any-runtime',
    steps: [start({ fails: true }, 'nosuch-%{unique}'), call(['start'], { fails: true })],
  }),
  defineCase({
    id: 'lifecycle.duplicate-id',
    title: 'a second create of the same id fails and leaves the first alone',
    stands:
      'runtime.md, Create: "If the ID provided is not unique across all containers within the scope of the runtime ... the runtime MUST generate an error and a new container MUST NOT be created"',
    mark: 'any-runtime',
    program: 'echo ready; exec sleep %{nap}',
    steps: [
      ...startReady(),
      create({ n: 2, id: '%{id}', fails: /exist|in use/i }),
      state({ status: 'running' }),
      ...finish,
    ],
  }),
  defineCase({
    id: 'lifecycle.delete-created',
    title: 'delete --force of a created container',
    stands: 'podman: `delete --force ID` after a start that failed (libpod/oci_conmon_common.go)',
    mark: 'any-runtime',
    program: 'echo never',
    steps: [create(), removeForce(), gone(), output('')],
  }),
  defineCase({
    id: 'lifecycle.id-used-again',
    title: 'an id can be used again after delete',
    stands: 'runtime.md, Delete: "Once a container is deleted its ID MAY be used by a subsequent container"',
    mark: 'any-runtime',
    program: 'echo again',
    steps: [
      create(),
      start(),
      wait('stopped'),
      remove(),
      create({ n: 2, id: '%{id}' }),
      start(),
      waitText('again', 'out2'),
      wait('stopped'),
      remove(),
      gone(),
    ],
  }),
  defineCase({
    id: 'lifecycle.run',
    title: 'run prints the output and passes the exit status on',
    stands: "runc(8) and crun(1), run: the exit status is that of the container's process",
    mark: 'any-runtime',
    notFor: { ocijail: 'has no run', runj: 'has no run' },
    program: 'echo from run; exit 7',
    steps: [run({ status: 7 }), output('from run'), gone()],
  }),
  defineCase({
    id: 'lifecycle.run-signal',
    title: 'run gives 128 + n for a program that a signal ended',
    stands: 'runc(8), run: exit status of a process that died by a signal, as shells do',
    mark: 'any-runtime',
    notFor: { ocijail: 'has no run', runj: 'has no run' },
    // The shell's child dies, not the first process: that one may be immune to its own signals in a pid namespace.
    program: "sh -c 'kill -KILL $$'; exit $?",
    steps: [run({ status: 137 }), gone()],
  }),
  defineCase({
    id: 'lifecycle.run-detach',
    title: 'run --detach returns while the program goes on',
    stands: 'runc(8), run: --detach',
    mark: 'any-runtime',
    notFor: { ocijail: 'has no run', runj: 'has no run' },
    program: 'echo ready; exec sleep %{nap}',
    steps: [run({ flags: ['--detach'] }), waitText(/ready/), state({ status: 'running' }), ...finish],
  }),
  defineCase({
    id: 'lifecycle.run-cannot-start',
    title: 'run of a program that cannot be started fails and leaves nothing',
    stands: 'runc(8), run; runtime.md, Errors',
    mark: 'any-runtime',
    notFor: { ocijail: 'has no run', runj: 'has no run' },
    config: { process: { args: ['/no/such/program'] } },
    steps: [run({ fails: /no such file or directory|executable file not found/i }), gone()],
  }),
  defineCase({
    id: 'lifecycle.run-status-127',
    title: 'run ends with 127 for a missing program and 126 for one that may not be executed',
    stands: 'design, Command line: "126/127 as shells do"',
    mark: 'jailwright',
    config: { process: { args: ['/no/such/program'] } },
    steps: [
      run({ status: 127 }),
      config({ process: { args: ['/etc/passwd'] } }),
      run({ status: 126 }),
      gone(),
    ],
  }),
  defineCase({
    id: 'lifecycle.bundle-is-cwd',
    title: 'without --bundle the current directory is the bundle',
    stands:
      'OCI runtime command line interface, create: "--bundle <PATH> Override the path to the bundle directory (defaults to the current working directory)"',
    mark: 'any-runtime',
    notFor: { runj: 'the bundle is an argument' },
    program: 'echo here',
    steps: [
      create({ bundle: null }),
      start(),
      wait('stopped'),
      output('here'),
      state({ bundle: '%{bundle}' }),
      remove(),
    ],
  }),
  defineCase({
    id: 'lifecycle.relative-root',
    title: 'root.path may be relative to the bundle',
    stands: 'config.md, Root: "path is either an absolute path or a relative path to the bundle"',
    mark: 'any-runtime',
    config: { root: { path: 'root' } },
    program: 'echo found',
    output: 'found',
  }),
  defineCase({
    id: 'lifecycle.pid-file',
    title: 'the pid file holds the pid that state tells, before and after start',
    stands:
      'conmon reads the pid file and watches that process; runtime.md, State: pid "is the ID of the container process"',
    mark: 'any-runtime',
    program: 'echo ready; exec sleep %{nap}',
    steps: [
      create(),
      check('state and pid file agree in created and running', async context => {
        const pidOf = async () =>
          (JSON.parse((await context.runtime('state', context.expand('%{id}'))).stdout) as { pid: number })
            .pid
        const written = Number(context.expand('%{pid}'))
        if ((await pidOf()) !== written)
          context.fail(`state has pid ${await pidOf()}, the pid file ${written}`)
        await context.runtime('start', context.expand('%{id}'))
        await context.until('no output', () => context.read('out').includes('ready'))
        if ((await pidOf()) !== written)
          context.fail(`after start state has pid ${await pidOf()}, the pid file ${written}`)
        const words = (await context.tool('ps', '-ww', '-o', 'args=', '-p', String(written))).stdout
        if (!words.includes('sleep')) context.fail(`the pid's process is not the program: ${words}`)
      }),
      ...finish,
    ],
  }),
  defineCase({
    id: 'lifecycle.reaper',
    title: "the container's process is inherited by the caller's reaper, which gets its exit status",
    stands:
      'conmon and buildah wait for the pid of the pid file themselves (conmon: PR_SET_CHILD_SUBREAPER / PROC_REAP_ACQUIRE, waitpid)',
    mark: 'any-runtime',
    needs: ['native'],
    notFor: { runj: 'no --root' },
    program: 'exit 9',
    steps: [
      check("a reaper in conmon's way", async context => {
        const { selfCommand } = await import('../../harness/host/reaper.ts')
        const [name, ...args] = selfCommand()
        const fill = (text: string) => context.expand(text)
        const answer = await context.tool(
          name,
          ...args,
          'internal-reap',
          ...['%{runtime}', '%{state}', '%{bundle}', '%{dir}/pid', '%{id}'].map(fill),
        )
        await context.runtime('delete', '--force', fill('%{id}'))
        const said = JSON.parse(answer.stdout || '{}') as {
          created?: number
          started?: number
          status?: number | null
        }
        if (said.created !== 0 || said.started !== 0)
          context.fail(`create or start failed: ${answer.stdout}${answer.stderr}`)
        if (said.status !== 9 << 8) context.fail(`wait status ${said.status}, expected ${9 << 8} (exit 9)`)
      }),
      gone(),
    ],
  }),
  defineCase({
    id: 'lifecycle.same-id-race',
    title: 'of several creates of one id at the same time one wins',
    stands: 'runtime.md, Create: ids are unique "across all containers within the scope of the runtime"',
    // Not any runtime's: runc 1.1 takes no lock for an id, and now and then all three fail.
    mark: 'jails',
    program: 'echo ready; exec sleep %{nap}',
    steps: [
      together(
        [create({ id: '%{id}', either: true })],
        [create({ n: 2, id: '%{id}', either: true })],
        [create({ n: 3, id: '%{id}', either: true })],
      ),
      state({ status: 'created' }),
      start(),
      check('one program is ready, the others never ran', async context => {
        const outputs = () => ['out', 'out2', 'out3'].filter(name => /^ready$/m.test(context.read(name)))
        await context.until('no program came up', () => outputs().length === 1)
      }),
      removeForce(),
      gone(),
    ],
  }),
  defineCase({
    id: 'lifecycle.five-at-once',
    title: 'five containers live through everything at the same time',
    stands:
      'design of callers: podman starts the containers of a pod together; commands on different containers never wait for each other',
    mark: 'any-runtime',
    config: { process: { args: ['/bin/sh', '-c', 'echo number %{n}'] } },
    timeout: 40_000,
    steps: [
      together(
        ...[1, 2, 3, 4, 5].map(n => [
          create({ n, timeout: 20_000 }),
          start({ timeout: 20_000 }, `%{id${n}}`),
          wait('stopped', `%{id${n}}`, 20_000),
          output(`number ${n}`, n === 1 ? 'out' : `out${n}`),
          remove({ timeout: 20_000 }, `%{id${n}}`),
        ]),
      ),
    ],
  }),
  defineCase({
    id: 'lifecycle.others-not-held-up',
    title: 'a container whose create takes long holds no other one up',
    stands:
      'design, The journal: "Two commands on one container wait for each other; commands on different containers never do"; podman starts the containers of a pod together',
    mark: 'any-runtime',
    program: 'echo other; exit 0',
    config: {
      hooks: {
        createRuntime: [
          {
            path: '/bin/sh',
            args: ['sh', '-c', ': >%{dir}/waits; until test -e %{dir}/go; do sleep 0.1; done'],
          },
        ],
      },
    },
    timeout: 40_000,
    steps: [
      config({ hooks: null }, 2),
      together(
        [create({ timeout: 30_000 })],
        [
          check('the hook of the first one runs', async context => {
            await context.until('the hook did not start', () => existsSync(context.expand('%{dir}/waits')))
          }),
          create({ n: 2 }),
          start({}, '%{id2}'),
          wait('stopped', '%{id2}'),
          output('other', 'out2'),
          remove({}, '%{id2}'),
          gone('%{id2}'),
          write('go', ''),
        ],
      ),
      state({ status: 'created' }),
      removeForce(),
      gone(),
    ],
  }),
  defineCase({
    id: 'lifecycle.state-while-creating',
    title: 'state asked again and again during create and delete is an error or whole JSON',
    stands: 'state.json is written in place in ocijail (needs A3.15); buildah polls state every 100 ms',
    mark: 'any-runtime',
    program: 'exit 0',
    steps: [
      together(
        [create(), start(), wait('stopped'), remove()],
        [
          check('forty times', async context => {
            for (let times = 0; times < 40; times += 1) {
              const answer = await context.runtime('state', context.expand('%{id}'))
              if (answer.status !== 0) {
                if (/JSON|parse|bug/i.test(answer.stderr)) context.fail(answer.stderr)
                continue
              }
              const value = JSON.parse(answer.stdout) as { status?: string }
              if (!/^(creating|created|running|stopped)$/.test(value.status ?? ''))
                context.fail(answer.stdout)
            }
          }),
        ],
      ),
      gone(),
    ],
  }),
  defineCase({
    id: 'lifecycle.no-process',
    title: 'without process a container cannot be started',
    stands:
      'config.md, Process: "This property is REQUIRED when start is called"; runc and crun refuse it at create',
    mark: 'any-runtime',
    config: { process: null },
    steps: failsToStart(/process/),
  }),
  defineCase({
    id: 'lifecycle.killed-before-start',
    title: 'a created container whose process was killed is stopped and can be deleted',
    stands:
      'runtime.md, Kill: "Attempting to send a signal to a container that is neither created nor running" is the error, so created is allowed',
    mark: 'any-runtime',
    program: 'echo never',
    steps: [create(), kill('KILL'), wait('stopped'), output(''), remove(), gone()],
  }),
  defineCase({
    id: 'lifecycle.log-json',
    title: 'an error goes to the log as one JSON line with level, msg and time',
    stands:
      "podman reads the runtime's JSON log: `level`, `msg`, `time` (libpod/oci_conmon_common.go); time is RFC 3339 (needs A3.11)",
    mark: 'any-runtime',
    notFor: { runj: 'has no log' },
    steps: [
      call(['state', 'nosuch-%{unique}'], {
        fails: true,
        log: /^\{.*"level":"error".*\}\s*$/,
      }),
      check('the line is JSON with a time of RFC 3339', context => {
        const line = context.read('log1').trim().split('\n').at(-1) ?? ''
        const entry = JSON.parse(line) as Record<string, unknown>
        if (typeof entry.msg !== 'string' || entry.msg === '') context.fail(`no msg in ${line}`)
        if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(String(entry.time))) {
          context.fail(`time is not RFC 3339: ${line}`)
        }
      }),
    ],
  }),
  defineCase({
    id: 'lifecycle.log-file-text',
    title: 'with --log alone the error is in that file, as text',
    stands: 'runc(8) and crun(1): --log FILE, "--log-format text" is the default',
    mark: 'any-runtime',
    notFor: { runj: 'has no --log' },
    steps: [
      call(['state', 'nosuch-%{unique}'], {
        globals: ['--root', '%{state}', '--log', '@LOG@'],
        fails: true,
        log: [/nosuch|exist|found/, { not: /^\s*\{/ }],
      }),
    ],
  }),
  defineCase({
    id: 'lifecycle.log-text',
    title: 'without --log-format an error is on standard error and in the log',
    stands:
      'runtime command line interface, Errors: "In cases where an error occurs, the runtime MUST exit with a nonzero code"; text for people',
    mark: 'any-runtime',
    notFor: { runj: 'has no --root' },
    steps: [
      call(['state', 'nosuch-%{unique}'], {
        globals: ['--root', '%{state}'],
        fails: true,
        stderr: /nosuch|exist|found/,
      }),
      file('nosuch', 'absent'),
    ],
  }),
]
