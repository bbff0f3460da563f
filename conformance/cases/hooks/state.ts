/** The state that a hook gets. */
import { check, create, defineCase, file, gone, remove, start, wait } from '../../harness/define.ts'
import { hook } from '../../harness/entries.ts'
import { sharedVolume } from './words.ts'

function stateNotFor(kind: string): Record<string, string> {
  if (kind === 'poststart') return { runc: '1.1 runs poststart at create', runj: 'knows no poststart' }
  return kind === 'poststop' || kind === 'createRuntime' ? {} : { runj: `knows no ${kind}` }
}

/** The state that a hook gets. */
export const hookStateCases = [
  ...(
    [
      ['prestart', 'creating', 'create'],
      ['createRuntime', 'creating', 'create'],
      ['createContainer', 'creating', 'create'],
      ['poststart', 'running', 'start'],
      ['poststop', 'stopped', 'delete'],
    ] as const
  ).map(([kind, status, when]) =>
    defineCase({
      id: `hooks.state-${kind.toLowerCase()}`,
      title: `a ${kind} hook gets the state on standard input, status ${status}`,
      stands:
        'config.md, Hooks: "The state of the container MUST be passed to hooks over stdin so that they may do work appropriate to the current state of the container"',
      mark: 'any-runtime',
      notFor: stateNotFor(kind),
      config: {
        annotations: { 'org.example.for-hooks': 'yes' },
        hooks: { [kind]: [hook(`cat >%{dir}/state-${when}`)] },
      },
      program: 'sleep 0.3',
      steps: [
        create(),
        start(),
        wait('stopped'),
        remove(),
        check('the state is complete', context => {
          const text = context.read(`state-${when}`)
          if (text === '') context.fail('the hook got nothing')
          const value = JSON.parse(text) as Record<string, unknown>
          const say = (name: string) => context.fail(`${name} is ${JSON.stringify(value[name])} in ${text}`)
          if (value.id !== context.expand('%{id}')) say('id')
          if (value.status !== status && !(status === 'creating' && value.status === 'created')) say('status')
          if (value.bundle !== context.expand('%{bundle}')) say('bundle')
          if (typeof value.ociVersion !== 'string') say('ociVersion')
          if ((value.annotations as Record<string, string> | undefined)?.['org.example.for-hooks'] !== 'yes')
            say('annotations')
          if (kind !== 'poststop' && !(Number(value.pid) >= 1)) say('pid')
        }),
      ],
    }),
  ),
  defineCase({
    id: 'hooks.state-startcontainer',
    title: 'a startContainer hook gets the state on standard input, inside the container',
    stands:
      'config.md, Hooks, startContainer: "called after the start operation is called but before the container process is started", executed in the container namespace',
    mark: 'any-runtime',
    notFor: { runj: 'knows no startContainer' },
    files: { 'vol/order': '' },
    rootFiles: { 'etc/inside': 'inside' },
    config: {
      mounts: sharedVolume,
      hooks: { startContainer: [hook('cat >/mnt/state; cat /etc/inside >/mnt/where')] },
    },
    program: 'exit 0',
    steps: [
      create(),
      file('vol/state', 'absent'),
      start(),
      wait('stopped'),
      file('vol/where', 'inside'),
      check('the state is of this container', context => {
        const value = JSON.parse(context.read('vol/state')) as { id?: string; status?: string }
        if (value.id !== context.expand('%{id}') || value.status !== 'created')
          context.fail(context.read('vol/state'))
      }),
      remove(),
    ],
  }),
  ...(['createRuntime', 'poststart', 'poststop'] as const).map(kind =>
    defineCase({
      id: `hooks.asks-state-${kind.toLowerCase()}`,
      title: `a ${kind} hook may ask the runtime for the state`,
      stands:
        'dfr/ocijail#3: hooks look at the container and change its jail; a lock held during hooks must not hang them',
      mark: 'any-runtime',
      notFor: kind === 'poststart' ? { runj: 'knows no poststart' } : {},
      config: {
        hooks: {
          [kind]: [
            hook('%{runtime} --root %{state} state %{id} >%{dir}/asked 2>&1; echo done >>%{dir}/asked', {
              timeout: 120,
            }),
          ],
        },
      },
      program: 'sleep 0.3',
      steps: [create(), start(), wait('stopped'), remove(), file('asked', /done/), gone()],
    }),
  ),
]
