/** How a hook is called: arguments, environment, standard input. */
import { create, defineCase, file, removeForce } from '../../harness/define.ts'
import { hook } from '../../harness/entries.ts'

/** How a hook is called: arguments, environment, standard input. */
export const hookCallCases = [
  defineCase({
    id: 'hooks.argv',
    title: 'args is the whole argv of a hook, args[0] included',
    stands:
      'config.md, Hooks: "args (array of strings, OPTIONAL) with the same semantics as IEEE Std 1003.1-2008 execv\'s argv"; ocijail (hook.cpp) shifts it by one',
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
]
