/** create, start and delete (runtime.md, "Operations"). */
import {
  call,
  check,
  config,
  create,
  defineCase,
  failsToStart,
  finish,
  gone,
  kill,
  output,
  remove,
  removeForce,
  start,
  startReady,
  state,
  wait,
  waitText,
} from '../../harness/define.ts'

/** create, start and delete. */
export const createStartCases = [
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
]
