/** list, ps and update as people and podman call them. */
import {
  call,
  check,
  create,
  defineCase,
  finish,
  kill,
  remove,
  removeForce,
  start,
  startReady,
  state,
  wait,
} from '../../harness/define.ts'
import { sleeper } from '../exec/words.ts'

/** list, ps and update as people and podman call them. */
export const listingCases = [
  defineCase({
    id: 'list.ids-and-json',
    title: 'list -q prints the ids, and list -f json an array of objects',
    stands: 'runc(8), list: -q prints ids, -f json an array with id, pid, status, bundle',
    mark: 'any-runtime',
    notFor: { runj: 'has no list' },
    program: sleeper,
    steps: [
      call(['list', '-q'], { stdout: '' }),
      ...startReady(),
      create({ n: 2 }),
      check('both are listed', async context => {
        const ids = (await context.runtime('list', '-q')).stdout.trim().split('\n').sort()
        const wanted = ['%{id}', '%{id2}'].map(text => context.expand(text)).sort()
        if (ids.join() !== wanted.join()) context.fail(`list -q: ${ids.join()}`)
        const all = JSON.parse((await context.runtime('list', '-f', 'json')).stdout) as Record<
          string,
          unknown
        >[]
        const first = all.find(one => one.id === context.expand('%{id}')) ?? {}
        if (first.status !== 'running' || first.pid !== Number(context.expand('%{pid}')))
          context.fail(JSON.stringify(all))
        if (first.bundle !== context.expand('%{bundle}')) context.fail(`bundle ${String(first.bundle)}`)
      }),
      removeForce({}, '%{id2}'),
      ...finish,
    ],
  }),
  defineCase({
    id: 'update.nothing',
    title: 'update without a change succeeds on a running container and fails on a stopped one',
    stands:
      'podman: `podman update --env` calls the runtime with `update ID` and no resources (container_internal.go, update)',
    mark: 'jailwright',
    program: sleeper,
    steps: [
      ...startReady(),
      call(['update', '%{id}']),
      state({ status: 'running' }),
      kill('KILL'),
      wait('stopped'),
      call(['update', '%{id}'], { fails: true }),
      remove(),
    ],
  }),
  defineCase({
    id: 'list.columns',
    title: 'list has the columns of runc in their places, and pid 0 for a stopped container',
    stands:
      'runc(8), list: ID PID STATUS BUNDLE CREATED OWNER, pid 0 without a process; the first four are also what ocijail prints (ocijail/list.cpp), and scripts take columns by number',
    mark: 'any-runtime',
    notFor: { runj: 'has no list' },
    program: 'exit 0',
    steps: [
      create(),
      start(),
      wait('stopped'),
      check('the row', async context => {
        const [head = '', row = ''] = (await context.runtime('list')).stdout.split('\n')
        if (!/^ID +PID +STATUS +BUNDLE\b/.test(head)) context.fail(head)
        const [id, pid, status, bundle] = row.split(/ +/)
        const wanted = [context.expand('%{id}'), '0', 'stopped', context.expand('%{bundle}')]
        if ([id, pid, status, bundle].join() !== wanted.join()) context.fail(row)
        const [one] = JSON.parse((await context.runtime('list', '-f', 'json')).stdout) as { pid?: unknown }[]
        if (one?.pid !== 0) context.fail(`pid in JSON: ${JSON.stringify(one?.pid)}`)
      }),
      remove(),
    ],
  }),
  defineCase({
    id: 'ps.json-and-table',
    title: "ps lists the container's processes, pids of the host",
    stands: 'runc(8), ps: -f json gives the pids as an array; podman top and cri use it',
    mark: 'any-runtime',
    notFor: { ocijail: 'has no ps', runj: 'has no ps' },
    program: 'sleep %{nap} & echo ready; wait',
    steps: [
      ...startReady(),
      check('two processes, the first among them', async context => {
        const id = context.expand('%{id}')
        const listed = await context.runtime('ps', '-f', 'json', id)
        if (listed.status !== 0) context.fail(listed.stderr)
        const pids = JSON.parse(listed.stdout || '[]') as number[]
        if (pids.length !== 2 || !pids.includes(Number(context.expand('%{pid}'))))
          context.fail(`ps -f json: ${pids.join()}`)
        // The second process may still be on its way to its program.
        await context.untilText(
          table => `ps: ${table}`,
          async () => (await context.runtime('ps', id)).stdout,
          table => table.includes(`sleep ${context.expand('%{nap}')}`),
        )
      }),
      ...finish,
    ],
  }),
]
