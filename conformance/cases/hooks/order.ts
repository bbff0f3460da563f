/** Hooks (config.md "POSIX-platform Hooks", runtime.md "Lifecycle"). */
import {
  check,
  create,
  defineCase,
  file,
  finish,
  gone,
  output,
  remove,
  removeForce,
  start,
  state,
  wait,
  waitText,
} from '../../harness/define.ts'
import { bind, hook } from '../../harness/entries.ts'
import type { Json } from '../../harness/types.ts'

/** Appends a word to a file that both the host and (as /mnt) the container see. */
const note = (word: string) => hook(`echo ${word} >>%{dir}/vol/order`)
const noteInside = (word: string) => hook(`echo ${word} >>/mnt/order`)

const sharedVolume: Json = [bind('vol', '/mnt', 'rw')]

function stateNotFor(kind: string): Record<string, string> {
  if (kind === 'poststart') return { runc: '1.1 runs poststart at create', runj: 'knows no poststart' }
  return kind === 'poststop' || kind === 'createRuntime' ? {} : { runj: `knows no ${kind}` }
}

/** Kinds whose failure makes `create` fail, in their order. */
const atCreate = ['prestart', 'createRuntime', 'createContainer'] as const

export const hookCases = [
  defineCase({
    id: 'hooks.order',
    title: 'all six kinds run, each in its turn, in the order listed',
    stands:
      'runtime.md, Lifecycle: prestart, createRuntime, createContainer at create, startContainer and poststart at start, poststop at delete; config.md: "Entries in the array MUST be called in the listed order"',
    mark: 'any-runtime',
    notFor: { runc: '1.1 runs poststart at create', runj: 'knows createRuntime and poststop only' },
    files: { 'vol/order': '' },
    config: {
      mounts: sharedVolume,
      hooks: {
        prestart: [note('prestart1'), note('prestart2')],
        createRuntime: [note('createRuntime1'), note('createRuntime2')],
        createContainer: [note('createContainer1'), note('createContainer2')],
        startContainer: [noteInside('startContainer1'), noteInside('startContainer2')],
        poststart: [note('poststart1'), note('poststart2')],
        poststop: [note('poststop1'), note('poststop2')],
      },
    },
    program: 'exit 0',
    steps: [
      create(),
      file(
        'vol/order',
        'prestart1\nprestart2\ncreateRuntime1\ncreateRuntime2\ncreateContainer1\ncreateContainer2',
      ),
      start(),
      waitText(/startContainer1\nstartContainer2\npoststart1\npoststart2\n$/, 'vol/order'),
      wait('stopped'),
      remove(),
      file('vol/order', /poststart2\npoststop1\npoststop2\n$/),
    ],
  }),
  defineCase({
    id: 'hooks.directory',
    title:
      'createRuntime hooks run in the bundle directory, createContainer and startContainer hooks in the root of the container',
    stands:
      'runc changes into the bundle before it creates, and into the root for createContainer hooks (rootfs_linux.go), as ocijail does (create.cpp): hooks name files by relative paths',
    mark: 'any-runtime',
    notFor: { runj: 'knows createRuntime and poststop only' },
    files: { 'vol/order': '' },
    config: {
      mounts: sharedVolume,
      hooks: {
        createRuntime: [hook('pwd -P >%{dir}/at-create; test -f config.json')],
        createContainer: [hook('test -d etc && echo mounted >mnt/order')],
        startContainer: [hook('pwd >>/mnt/order')],
      },
    },
    program: 'exit 0',
    steps: [
      create(),
      check('it is the bundle', context => {
        const at = context.read('at-create').trim()
        if (at !== context.expand('%{bundle}')) context.fail(`createRuntime ran in ${at}`)
      }),
      start(),
      wait('stopped'),
      file('vol/order', 'mounted\n/'),
      remove(),
    ],
  }),
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
  defineCase({
    id: 'hooks.argv',
    title: 'args is the whole argv of a hook, args[0] included',
    stands:
      'config.md, Hooks: "args (array of strings, OPTIONAL) with the same semantics as IEEE Std 1003.1-2008 execv\'s argv"; ocijail shifts it by one (needs A3.6)',
    mark: 'any-runtime',
    config: {
      hooks: {
        createRuntime: [
          {
            path: '/bin/sh',
            args: ['sh', '-c', 'echo "$#:$0:$1:$2" >%{dir}/args', 'zero', 'one', 'two words'],
          },
        ],
      },
    },
    steps: [create(), file('args', '2:zero:one:two words'), removeForce()],
  }),
  defineCase({
    id: 'hooks.state-not-read',
    title: 'a hook that does not read its standard input is no error, however large the state',
    stands:
      'config.md, Hooks: the state is passed over stdin; a hook need not read it (crun 1.8 dies of SIGPIPE)',
    mark: 'any-runtime',
    config: {
      annotations: { 'org.example.large': 'x'.repeat(200_000) },
      hooks: { createRuntime: [hook('exec <&-; exit 0')], poststop: [hook('exec <&-; exit 0')] },
    },
    program: 'echo fine',
    output: 'fine',
  }),
  defineCase({
    id: 'hooks.no-args',
    title: 'a hook without args is called with its path alone',
    stands: 'config.md, Hooks: path REQUIRED, args OPTIONAL',
    mark: 'any-runtime',
    files: { 'hook.sh': { text: '#!/bin/sh\necho "$#" >%{dir}/args\n', mode: 0o755 } },
    config: { hooks: { createRuntime: [{ path: '%{dir}/hook.sh' }] } },
    steps: [create(), file('args', '0'), removeForce()],
  }),
  defineCase({
    id: 'hooks.env',
    title: "a hook's environment is what the config says",
    stands:
      'config.md, Hooks: "env (array of strings, OPTIONAL) with the same semantics as IEEE Std 1003.1-2008\'s environ"',
    mark: 'any-runtime',
    config: {
      hooks: {
        createRuntime: [
          hook('echo "$A|$B|$LEAK" >%{dir}/env', { env: ['A=a b', 'B=', 'PATH=/bin:/usr/bin'] }),
        ],
      },
    },
    steps: [create({ env: { LEAK: 'leaked' } }), file('env', 'a b||'), removeForce()],
  }),
  ...atCreate.map(kind =>
    defineCase({
      id: `hooks.fails-${kind.toLowerCase()}`,
      title: `a ${kind} hook that fails makes create fail and the container go`,
      stands:
        'runtime.md, Lifecycle: "If any hook fails, the runtime MUST generate an error, stop the container, and continue the lifecycle at step 12"; ignored by ocijail (needs A3.6)',
      mark: 'any-runtime',
      notFor: kind === 'createRuntime' ? {} : { runj: `knows no ${kind}` },
      config: { hooks: { [kind]: [hook('exit 3'), hook('echo ran >%{dir}/second')] } },
      program: 'echo never',
      steps: [create({ fails: true }), gone(), file('second', 'absent'), output({ not: /never/ })],
    }),
  ),
  defineCase({
    id: 'hooks.fails-startcontainer',
    title: 'a startContainer hook that fails makes start fail; the program is not run',
    stands:
      'runtime.md, Lifecycle, step 8: "If any startContainer hook fails, the runtime MUST generate an error, stop the container, and continue the lifecycle at step 12"',
    mark: 'any-runtime',
    notFor: { runc: '1.1: start has returned when the hook fails', runj: 'knows no startContainer' },
    config: { hooks: { startContainer: [hook('exit 3')] } },
    program: 'echo never',
    steps: [
      create(),
      start({ fails: true }),
      wait('stopped'),
      output({ not: /never/ }),
      removeForce(),
      gone(),
    ],
  }),
  defineCase({
    id: 'hooks.fails-poststart',
    title: 'a poststart hook that fails is an error and stops the container',
    stands:
      'runtime.md 1.3, Lifecycle, step 10: "If any poststart hook fails, the runtime MUST generate an error, stop the container, and continue the lifecycle at step 12"',
    mark: 'any-runtime',
    notFor: {
      runc: '1.1 runs poststart at create',
      crun: 'follows the older text: a warning',
      runj: 'knows no poststart',
    },
    config: { hooks: { poststart: [hook('exit 3')] } },
    program: 'echo ready; exec sleep %{nap}',
    steps: [create(), start({ fails: true }), wait('stopped'), removeForce(), gone()],
  }),
  defineCase({
    id: 'hooks.fails-poststop',
    title: 'a poststop hook that fails is a warning; the rest is done',
    stands:
      'runtime.md, Lifecycle, step 14: "If any poststop hook fails, the runtime MUST log a warning, but the remaining hooks and lifecycle continue as if the hook had succeeded"',
    mark: 'any-runtime',
    notFor: { runc: '1.1 stops at the first that fails' },
    config: { hooks: { poststop: [hook('exit 3'), hook('echo ran >%{dir}/second')] } },
    steps: [create(), start(), wait('stopped'), remove(), file('second', 'ran'), gone()],
  }),
  defineCase({
    id: 'hooks.poststop-after-failure',
    title: 'poststop hooks run also after a create that a hook made fail',
    stands:
      'runtime.md, Lifecycle: after a failed hook the lifecycle continues at step 12: the container is destroyed and the poststop hooks are invoked',
    mark: 'any-runtime',
    notFor: { ocijail: 'ignores failing hooks', runj: 'not known' },
    config: { hooks: { createRuntime: [hook('exit 3')], poststop: [hook('echo ran >%{dir}/poststop')] } },
    steps: [create({ fails: true }), gone(), file('poststop', 'ran')],
  }),
  defineCase({
    id: 'hooks.timeout',
    title: 'a hook that takes longer than its timeout is killed and create fails',
    stands:
      'config.md, Hooks: "timeout (int, OPTIONAL) is the number of seconds before aborting the hook"; not applied by ocijail (needs A3.6)',
    mark: 'any-runtime',
    config: { hooks: { createRuntime: [{ path: '/bin/sleep', args: ['sleep', '%{nap}'], timeout: 1 }] } },
    steps: [create({ fails: true, timeout: 6000 }), gone()],
  }),
  defineCase({
    id: 'hooks.timeout-process-group',
    title: 'a timeout reaches what the hook has started, too',
    stands:
      'design (issue 3, point 8): at the timeout the process group is killed, as runj does (hook/hook.go)',
    mark: 'jails',
    notFor: { ocijail: 'applies no timeout' },
    config: { hooks: { createRuntime: [hook('sleep %{nap} & sleep %{nap}', { timeout: 1 })] } },
    steps: [create({ fails: true, timeout: 6000 }), gone()],
  }),
  defineCase({
    id: 'hooks.timeout-not-reached',
    title: 'a hook within its timeout succeeds',
    stands: 'config.md, Hooks: timeout',
    mark: 'any-runtime',
    config: { hooks: { createRuntime: [hook('sleep 0.3; echo done >%{dir}/done', { timeout: 5 })] } },
    steps: [create(), file('done', 'done'), removeForce()],
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
              timeout: 8,
            }),
          ],
        },
      },
      program: 'sleep 0.3',
      steps: [
        create({ timeout: 5000 }),
        start({ timeout: 5000 }),
        wait('stopped'),
        remove({ timeout: 5000 }),
        file('asked', /done/),
        gone(),
      ],
    }),
  ),
  defineCase({
    id: 'hooks.missing-program',
    title: 'a hook whose program is missing makes create fail',
    stands: 'config.md, Hooks: "path (string, REQUIRED)"; runtime.md, Lifecycle: failure of a hook',
    mark: 'any-runtime',
    config: { hooks: { createRuntime: [{ path: '%{dir}/nosuch' }] } },
    steps: [create({ fails: /nosuch|no such file/i }), gone()],
  }),
  defineCase({
    id: 'hooks.path-not-absolute',
    title: 'a hook path that is not absolute is refused',
    stands: 'config.md, Hooks: path "MUST be an absolute path"',
    mark: 'any-runtime',
    notFor: { crun: 'does not check' },
    config: { hooks: { createRuntime: [{ path: 'bin/sh', args: ['sh', '-c', 'exit 0'] }] } },
    steps: [create({ fails: true }), gone()],
  }),
  defineCase({
    id: 'hooks.not-before-their-time',
    title: 'poststart and poststop do not run at create',
    stands: 'runtime.md, Lifecycle: the order of the hooks',
    mark: 'any-runtime',
    notFor: { runc: '1.1 runs poststart at create' },
    config: {
      hooks: { poststart: [hook('echo x >%{dir}/poststart')], poststop: [hook('echo x >%{dir}/poststop')] },
    },
    program: 'echo ready; exec sleep %{nap}',
    steps: [
      create(),
      file('poststart', 'absent'),
      start(),
      waitText('x', 'poststart'),
      file('poststop', 'absent'),
      state({ status: 'running' }),
      ...finish,
      file('poststop', 'x'),
    ],
  }),
  defineCase({
    id: 'hooks.poststart-after-program',
    title: 'poststart runs when the program has been executed',
    stands:
      'config.md, Hooks, poststart: "called after the user-specified process is executed"; ocijail runs it with no proof of exec (needs A3.7)',
    mark: 'any-runtime',
    notFor: { runj: 'knows no poststart', runc: 'answers ps with its own name for a moment' },
    config: {
      process: { args: ['/bin/sleep', '%{nap}'] },
      hooks: { poststart: [hook('ps -ww -o args= -p "$(cat %{dir}/pid)" >%{dir}/ps')] },
    },
    steps: [create(), start(), waitText(/sleep/, 'ps'), ...finish],
  }),
]
