/** Several commands at the same time, on one container and on several. */
import { existsSync } from 'node:fs'
import {
  check,
  config,
  create,
  defineCase,
  gone,
  output,
  remove,
  removeForce,
  start,
  state,
  together,
  wait,
  write,
} from '../../harness/define.ts'

/** Several commands at the same time, on one container and on several. */
export const atOnceCases = [
  defineCase({
    id: 'lifecycle.same-id-race',
    title: 'of several creates of one id at the same time one wins',
    stands: 'runtime.md, Create: ids are unique "across all containers within the scope of the runtime"',
    // Not for any runtime: runc 1.1 takes no lock for an id, and now and then all three creates fail.
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
      'podman starts the containers of a pod together; commands on different containers never wait for each other',
    mark: 'any-runtime',
    config: { process: { args: ['/bin/sh', '-c', 'echo number %{n}'] } },
    steps: [
      together(
        ...[1, 2, 3, 4, 5].map(n => [
          create({ n, timeout: 60_000 }),
          start({ timeout: 60_000 }, `%{id${n}}`),
          wait('stopped', `%{id${n}}`, 60_000),
          output(`number ${n}`, n === 1 ? 'out' : `out${n}`),
          remove({ timeout: 60_000 }, `%{id${n}}`),
        ]),
      ),
    ],
  }),
  defineCase({
    id: 'lifecycle.others-not-held-up',
    title: 'a container whose create takes long holds no other one up',
    stands:
      'commands on different containers never wait for each other; podman starts the containers of a pod together',
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
    steps: [
      config({ hooks: null }, 2),
      together(
        [create({ timeout: 110_000 })],
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
    stands: 'ocijail writes state.json in place; buildah asks for the state every 100 ms (run_common.go)',
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
]
