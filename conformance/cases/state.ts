/** The state operation and the state JSON (runtime.md, "State" and "Query State"). */
import {
  call,
  check,
  create,
  defineCase,
  finish,
  gone,
  remove,
  start,
  startReady,
  state,
  wait,
} from '../harness/define.ts'

const isPid = (value: unknown) => typeof value === 'number' && value > 1

/** Cases about `state`. */
export const stateCases = [
  defineCase({
    id: 'state.created',
    title: 'state of a created container has the required properties',
    stands:
      'runtime.md, State: ociVersion, id, status, bundle are REQUIRED; pid is "REQUIRED when status is created or running on Linux, OPTIONAL on other platforms"',
    mark: 'any-runtime',
    steps: [
      create(),
      state({
        ociVersion: /^1\.\d+\.\d+/,
        id: '%{id}',
        status: 'created',
        pid: isPid,
        bundle: '%{bundle}',
      }),
      call(['delete', '--force', '%{id}']),
    ],
  }),
  defineCase({
    id: 'state.running',
    title: 'state of a running container says running, with its pid',
    stands:
      'runtime.md, State: "running: the container process has executed the user-specified program but has not exited"',
    mark: 'any-runtime',
    program: 'echo ready; exec sleep %{nap}',
    steps: [
      ...startReady(),
      state({ id: '%{id}', status: 'running', pid: isPid, bundle: '%{bundle}' }),
      ...finish,
    ],
  }),
  defineCase({
    id: 'state.stopped',
    title: 'state of a stopped container says stopped',
    stands: 'runtime.md, State: "stopped: the container process has exited"',
    mark: 'any-runtime',
    program: 'exit 3',
    steps: [create(), start(), wait('stopped'), state({ id: '%{id}', status: 'stopped' }), remove()],
  }),
  defineCase({
    id: 'state.unknown',
    title: 'state of a container that does not exist is an error',
    stands:
      'runtime.md, Query State: "This operation MUST generate an error if it is not provided the ID of a container. Attempting to query a container that does not exist MUST generate an error"',
    mark: 'any-runtime',
    steps: [call(['state', 'nosuch-%{unique}'], { fails: true }), call(['state'], { fails: true })],
  }),
  defineCase({
    id: 'state.annotations',
    title: 'annotations of the config are in the state, as strings',
    stands:
      'runtime.md, State: "annotations (map, OPTIONAL) contains the list of annotations associated with the container"; cbsd and buildah parse them as strings (ocijail#14)',
    mark: 'any-runtime',
    config: { annotations: { 'org.example.one': 'eins', 'org.example.two': '' } },
    program: 'exit 0',
    steps: [
      create(),
      state({ annotations: { 'org.example.one': 'eins' } }),
      state({
        annotations: value =>
          typeof value === 'object' &&
          value !== null &&
          Object.values(value).every(one => typeof one === 'string'),
      }),
      start(),
      wait('stopped'),
      state({ annotations: { 'org.example.one': 'eins' } }),
      remove(),
    ],
  }),
  defineCase({
    id: 'state.version-not-old',
    title: 'ociVersion of the state is not the fixed 1.0.2',
    stands:
      'ocijail (main.cpp) reports ociVersion "1.0.2" always; runtime.md, State: ociVersion "is version of the Open Container Initiative Runtime Specification with which the state complies"',
    mark: 'jails',
    config: { ociVersion: '1.3.0' },
    steps: [create(), state({ ociVersion: /^1\.[1-9]/ }), call(['delete', '--force', '%{id}'])],
  }),
  defineCase({
    id: 'state.jail-annotation',
    title: 'the jail id is in the state as annotation org.freebsd.jail.jid',
    stands:
      'cbsd takes the jid from `state`\'s annotations["org.freebsd.jail.jid"], a string (cbsd#840, ocijail#14)',
    mark: 'jails',
    program: 'echo ready; exec sleep %{nap}',
    steps: [
      ...startReady(),
      state({ annotations: { 'org.freebsd.jail.jid': /^[1-9]\d*$/ } }),
      check('it is the jid of the jail of this name', async context => {
        const jid = (await context.tool('jls', '-j', context.expand('%{id}'), 'jid')).stdout.trim()
        const said = JSON.parse((await context.runtime('state', context.expand('%{id}'))).stdout) as {
          annotations: Record<string, string>
        }
        if (said.annotations['org.freebsd.jail.jid'] !== jid)
          context.fail(`state has ${JSON.stringify(said.annotations)}, jls ${jid}`)
      }),
      ...finish,
    ],
  }),
  defineCase({
    id: 'state.file-has-jid-and-pid',
    title: 'state.json below the state root has jid and pid at the top',
    stands: 'dfr/ocijail#3: hooks in the field read /var/run/ocijail/<id>/state.json and its .jid',
    mark: 'jails',
    notFor: { runj: 'keeps its state elsewhere' },
    program: 'echo ready; exec sleep %{nap}',
    steps: [
      ...startReady(),
      check('jid and pid are numbers and right', async context => {
        const text = context.read(context.expand('%{state}/%{id}/state.json'))
        const value = JSON.parse(text) as { jid?: unknown; pid?: unknown }
        const jid = Number((await context.tool('jls', '-j', context.expand('%{id}'), 'jid')).stdout)
        if (value.jid !== jid) context.fail(`jid is ${JSON.stringify(value.jid)}, jls says ${jid}`)
        if (value.pid !== Number(context.expand('%{pid}')))
          context.fail(`pid is ${JSON.stringify(value.pid)}`)
      }),
      ...finish,
    ],
  }),
  defineCase({
    id: 'state.killed-from-outside',
    title: 'a program that was killed from outside is stopped at once',
    stands: 'buildah polls `state` every 100 ms until it says stopped (run_common.go)',
    mark: 'any-runtime',
    program: 'echo ready; exec sleep %{nap}',
    steps: [
      ...startReady(),
      check('kill(1) on the pid of the pid file', async context => {
        await context.tool('kill', '-KILL', context.expand('%{pid}'))
      }),
      wait('stopped'),
      remove(),
    ],
  }),
  defineCase({
    id: 'state.unchanged-by-late-kill',
    title: 'a kill of a stopped container changes nothing of its state',
    stands:
      'runtime.md, Kill: to a container neither created nor running it "MUST have no effect on the container"; runtime-tools, validation/kill_no_effect',
    mark: 'any-runtime',
    program: 'exit 0',
    steps: [
      create(),
      start(),
      wait('stopped'),
      check('the same state before and after', async context => {
        const id = context.expand('%{id}')
        const before = (await context.runtime('state', id)).stdout
        await context.runtime('kill', id, 'KILL')
        const after = (await context.runtime('state', id)).stdout
        if (before !== after) context.fail(`${before} became ${after}`)
      }),
      remove(),
      gone(),
    ],
  }),
]
