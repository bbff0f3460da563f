/** Hooks that fail, take too long or are not there. */
import {
  call,
  create,
  defineCase,
  file,
  gone,
  output,
  remove,
  removeForce,
  start,
  wait,
} from '../../harness/define.ts'
import { hook } from '../../harness/entries.ts'

const sleeper = 'echo ready; exec sleep %{nap}'

/** Kinds whose failure makes `create` fail, in their order. */
const atCreate = ['prestart', 'createRuntime', 'createContainer'] as const

/** Hooks that fail, take too long or are not there. */
export const hookFailureCases = [
  ...atCreate.map(kind =>
    defineCase({
      id: `hooks.fails-${kind.toLowerCase()}`,
      title: `a ${kind} hook that fails makes create fail and the container go`,
      stands:
        'runtime.md, Lifecycle: "If any hook fails, the runtime MUST generate an error, stop the container, and continue the lifecycle at step 12"; ignored by ocijail (hook.cpp)',
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
    steps: [create(), start({ fails: true }), output({ not: /never/ }), removeForce(), gone()],
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
    steps: [create(), start({ fails: true }), removeForce(), gone()],
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
      'config.md, Hooks: "timeout (int, OPTIONAL) is the number of seconds before aborting the hook"; ocijail (hook.cpp) reads it and does not apply it',
    mark: 'any-runtime',
    config: { hooks: { createRuntime: [{ path: '/bin/sleep', args: ['sleep', '%{nap}'], timeout: 1 }] } },
    steps: [create({ fails: true }), gone()],
  }),
  defineCase({
    id: 'hooks.timeout-process-group',
    title: 'a timeout reaches what the hook has started, too',
    stands:
      'config.md, Hooks: timeout aborts the hook; runj (hook/hook.go) kills its process group, so that no part of the hook goes on',
    mark: 'jails',
    notFor: { ocijail: 'applies no timeout' },
    config: { hooks: { createRuntime: [hook('sleep %{nap} & sleep %{nap}', { timeout: 1 })] } },
    steps: [create({ fails: true }), gone()],
  }),
  defineCase({
    id: 'hooks.timeout-not-reached',
    title: 'a hook within its timeout succeeds',
    stands: 'config.md, Hooks: timeout',
    mark: 'any-runtime',
    config: { hooks: { createRuntime: [hook('sleep 0.3; echo done >%{dir}/done', { timeout: 120 })] } },
    steps: [create(), file('done', 'done'), removeForce()],
  }),
  defineCase({
    id: 'hooks.missing-program',
    title: 'a hook whose program is missing makes create fail',
    stands: 'config.md, Hooks: "path (string, REQUIRED)"; runtime.md, Lifecycle: failure of a hook',
    mark: 'any-runtime',
    config: { hooks: { createRuntime: [{ path: '%{dir}/nosuch' }] } },
    steps: [create({ fails: /nosuch|no such file/i }), gone()],
  }),
  defineCase({
    id: 'hooks.missing-interpreter',
    title: 'a hook whose interpreter is missing is an error that names the interpreter',
    stands:
      'execve(2) gives ENOENT for a script whose interpreter is missing, and "no such file" is not true of the hook itself',
    mark: 'jailwright',
    files: { hook: { text: '#!/nosuch/perl -w\n', mode: 0o755 } },
    config: { hooks: { createRuntime: [{ path: '%{dir}/hook' }] } },
    steps: [
      create({
        fails: /createRuntime\[0\]: .*\/hook: its interpreter "\/nosuch\/perl": no such file or directory/,
      }),
      gone(),
    ],
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
  ...([0, -1] as const).map((timeout, n) =>
    defineCase({
      id: `hooks.timeout-not-positive-${n + 1}`,
      title: `a hook's timeout of ${timeout} is an error`,
      stands: 'config.md, Hooks: "If set, timeout MUST be greater than zero"; ocijail\'s suite, test_hooks',
      mark: 'any-runtime',
      notFor: { runc: '1.1 does not check', crun: 'does not check', runj: 'does not check' },
      config: { hooks: { createRuntime: [hook('exit 0', { timeout })] } },
      steps: [create({ fails: /timeout/ }), gone()],
    }),
  ),
  ...(
    [
      ['startContainer', 7],
      ['poststart', 9],
    ] as const
  ).map(([kind, step]) =>
    defineCase({
      id: `hooks.fails-${kind.toLowerCase()}-destroys`,
      title: `after a ${kind} hook that fails the container is destroyed and its poststop hooks have run`,
      stands: `runtime.md 1.3, Lifecycle, step ${step}: "If any ${kind} hook fails, the runtime MUST generate an error, stop the container, and continue the lifecycle at step 12"; 12 and 13: destroyed, poststop`,
      mark: 'jails',
      notFor: { ocijail: 'ignores failing hooks', runj: 'knows no such hook' },
      config: { hooks: { [kind]: [hook('exit 3')], poststop: [hook('echo ran >%{dir}/poststop')] } },
      program: sleeper,
      steps: [
        create(),
        start({ fails: true }),
        file('poststop', 'ran'),
        gone(),
        call(['delete', '--force', '%{id}']),
      ],
    }),
  ),
]
