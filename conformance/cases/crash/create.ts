/** A create that fails or is killed leaves nothing, and delete --force takes back what it had begun. */
import {
  call,
  check,
  create,
  defineCase,
  file,
  gone,
  removeForce,
  start,
  wait,
} from '../../harness/define.ts'
import { hook } from '../../harness/entries.ts'
import { noMounts, tmp, vol } from './words.ts'

/** A hook that kills the process that runs it, which is the runtime in the middle of its work. */
const killParent = hook('kill -KILL "$PPID"; sleep 0.2')

/** A create that fails or is killed leaves nothing, and delete --force takes back what it had begun. */
export const crashInCreateCases = [
  defineCase({
    id: 'crash.failed-create-unmounts',
    title: 'a create whose last mount fails leaves no mount, before any delete',
    stands:
      'dfr/ocijail#20: ocijail (mount.cpp) left devfs and fdescfs mounted, and delete --force said nothing',
    mark: 'jails',
    notFor: { ocijail: 'ocijail#20 is open' },
    files: { 'vol/f': 'x' },
    config: {
      mounts: [
        tmp,
        vol,
        { destination: '/last', type: '%{bind}', source: '%{dir}/nosuch', options: ['rbind'] },
      ],
    },
    steps: [
      create({ fails: /nosuch/ }),
      check('nothing is mounted', noMounts),
      gone(),
      file('b1/root/last', 'absent'),
    ],
  }),
  defineCase({
    id: 'crash.failed-hook-unmounts',
    title: 'a create that a hook made fail leaves no mount and no jail',
    stands: 'ocijail (create.cpp): an exception in the parent leaves mounts, jail and state',
    mark: 'jails',
    notFor: { ocijail: 'ignores failing hooks' },
    files: { 'vol/f': 'x' },
    config: { mounts: [tmp, vol], hooks: { createRuntime: [hook('exit 1')] } },
    steps: [
      create({ fails: true }),
      check('nothing is mounted, no jail is there', async context => {
        await noMounts(context)
        const { stdout } = await context.tool('jls', 'name')
        if (stdout.includes(context.expand('%{unique}'))) context.fail(stdout)
      }),
      gone(),
    ],
  }),
  ...(['prestart', 'createRuntime', 'createContainer'] as const).map(kind =>
    defineCase({
      id: `crash.killed-in-${kind.toLowerCase()}`,
      title: `the runtime is killed while a ${kind} hook runs; delete --force leaves nothing`,
      stands:
        'docs/architecture.md, The journal: delete --force plays it back after a crash and leaves nothing; ocijail (create.cpp) recovers nothing',
      mark: 'jails',
      files: { 'vol/f': 'x' },
      config: {
        mounts: [tmp, vol],
        annotations: { 'org.freebsd.jail.vnet': 'new' },
        hooks: { [kind]: [killParent] },
      },
      steps: [create({ either: true }), removeForce(), check('nothing is mounted', noMounts), gone()],
    }),
  ),
  defineCase({
    id: 'crash.killed-in-poststop',
    title: 'the runtime is killed while a poststop hook runs; a second delete --force finishes',
    stands: 'docs/architecture.md, The journal: delete plays it back, also the second time',
    mark: 'jails',
    files: { 'vol/f': 'x' },
    config: {
      mounts: [tmp, vol],
      hooks: {
        poststop: [
          hook('if test -e %{dir}/once; then exit 0; fi; : >%{dir}/once; kill -KILL "$PPID"; sleep 0.2'),
        ],
      },
    },
    program: 'exit 0',
    steps: [
      create(),
      start(),
      wait('stopped'),
      call(['delete', '%{id}'], { either: true }),
      removeForce(),
      check('nothing is mounted', noMounts),
      gone(),
    ],
  }),
  defineCase({
    id: 'crash.hook-outlives-create',
    title: 'the runtime is killed while a hook goes on; delete --force ends the hook too',
    stands:
      'docs/architecture.md, The journal: delete --force plays it back and leaves nothing, no process either',
    mark: 'jailwright',
    files: { 'vol/f': 'x' },
    config: {
      mounts: [tmp, vol],
      hooks: { createRuntime: [hook('cat >/dev/null; echo $$ >%{dir}/hook; exec sleep %{nap}')] },
    },
    steps: [
      check('create is killed, the hook is not', async context => {
        const { spawn } = await import('node:child_process')
        const { existsSync, readFileSync } = await import('node:fs')
        const id = context.expand('%{id}')
        const words = [
          '--root',
          context.expand('%{state}'),
          'create',
          '--bundle',
          context.expand('%{bundle}'),
          id,
        ]
        const child = spawn(context.expand('%{runtime}'), words, { stdio: 'ignore' })
        const ended = new Promise(resolve => child.once('exit', resolve))
        const file = context.expand('%{dir}/hook')
        const pid = () => (existsSync(file) ? readFileSync(file, 'utf8').trim() : '')
        await context.until('the hook did not begin', async () => pid() !== '')
        child.kill('SIGKILL')
        await ended
        const answer = await context.runtime('delete', '--force', id)
        if (answer.status !== 0) context.fail(`delete --force: ${answer.stderr}`)
        await context.untilText(
          stat => `the hook runs on: ${stat}`,
          async () => (await context.tool('ps', '-o', 'stat=', '-p', pid())).stdout.trim(),
          stat => /^(Z.*)?$/.test(stat),
        )
      }),
      check('nothing is mounted', noMounts),
      gone(),
    ],
  }),
]
