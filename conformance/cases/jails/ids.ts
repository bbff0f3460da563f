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
    stands:
      'podman sets up the network, and calls ps -J and rctl, by the name of the jail, which is the container id (docs/freebsd/podman.md)',
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
      title: `an id with ${name} makes a jail of a legal name`,
      stands:
        "a dot in a jail's name means a child jail (jail(8)), which ocijail (main.cpp) does not check; runc takes such ids",
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
    title: 'an id of digits alone makes a jail of a legal name',
    stands:
      'jail(8): the name of a jail may not be a number unless it is the jid; ocijail (main.cpp) does not check',
    mark: 'jails',
    notFor: { ocijail: 'collides with jids', runj: 'collides with jids' },
    containerId: '%{nap}',
    program: sleeper,
    steps: [...startReady(), state({ id: '%{id}', status: 'running' }), ...finish],
  }),
  defineCase({
    id: 'jails.id-of-64',
    title: "an id of 64 hexadecimal digits, as podman's are, is the name of the jail",
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
    stands: 'jail_set(2): already exists; only what the runtime made is undone',
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
