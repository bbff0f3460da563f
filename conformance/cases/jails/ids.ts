/** Container ids and names of jails. */
import {
  check,
  create,
  defineCase,
  finish,
  removeForce,
  startReady,
  state,
  tool,
} from '../../harness/define.ts'
import { jls, sleeper } from './words.ts'

/** Container ids and names of jails. */
export const jailIdCases = [
  defineCase({
    id: 'jails.name',
    title: 'the jail is called as the container and is on its root',
    stands: "podman sets up the network, ps -J and rctl by the jail's name, the container id (needs A2.4)",
    mark: 'jails',
    program: sleeper,
    steps: [
      ...startReady(),
      tool(['jls', '-j', '%{id}', 'name', 'path'], { stdout: '%{id} %{root}' }),
      ...finish,
    ],
  }),
  ...(
    [
      ['dots', 'web.1-%{unique}'],
      ['plus', 'a+b_%{unique}'],
    ] as const
  ).map(([name, containerId]) =>
    defineCase({
      id: `jails.id-with-${name}`,
      title: `an id with ${name}`,
      stands: "a dot in a jail's name means a child jail (jail.md 3, needs A3.3); runc takes such ids",
      mark: 'jails',
      notFor: { ocijail: 'passes it through', runj: 'passes it through' },
      containerId,
      program: sleeper,
      steps: [
        ...startReady(),
        state({ id: '%{id}', status: 'running' }),
        check('there is a jail for it', async context => {
          const { stdout } = await context.tool('jls', 'name')
          if (!stdout.includes(context.expand('%{unique}'))) context.fail(`jails: ${stdout}`)
        }),
        ...finish,
      ],
    }),
  ),
  defineCase({
    id: 'jails.numeric-id',
    title: 'an id of digits alone',
    stands: "a jail's name may not be a number unless it is the jid (jail.md 3, needs A3.3)",
    mark: 'jails',
    notFor: { ocijail: 'collides with jids', runj: 'collides with jids' },
    containerId: '%{nap}',
    program: sleeper,
    steps: [...startReady(), state({ id: '%{id}', status: 'running' }), ...finish],
  }),
  defineCase({
    id: 'jails.id-of-64',
    title: "an id of 64 hex digits, as podman's are",
    stands: "podman's container ids; jail names may have 255 characters, interface names 15",
    mark: 'jails',
    containerId: '0123456789abcdef0123456789abcdef0123456789abcdef-%{unique}',
    config: { annotations: { 'org.freebsd.jail.vnet': 'new' } },
    program: sleeper,
    steps: [...startReady(), tool(['jls', '-j', '%{id}', 'name'], { stdout: '%{id}' }), ...finish],
  }),
  defineCase({
    id: 'jails.name-taken',
    title: 'a jail of that name that is not ours is left alone',
    stands: 'design, The journal: only what we made is undone; jail_set(2): already exists',
    mark: 'jails',
    steps: [
      tool(['jail', '-c', 'name=%{id}', 'path=/', 'persist']),
      create({ fails: /exist/ }),
      removeForce({ either: true }),
      jls('path', 'path=/'),
      tool(['jail', '-R', '%{id}']),
    ],
  }),
]
