/** Standard input and descriptors of exec. */
import { defineCase, exec, file, finish, output, startReady } from '../../harness/define.ts'
import { notFor, sleeper } from './words.ts'

/** Standard input and descriptors of exec. */
export const execStreamCases = [
  defineCase({
    id: 'exec.stdin',
    title: "standard input and output of an exec are the caller's",
    stands: 'podman exec -i gives the command its standard input',
    mark: 'any-runtime',
    notFor: { ...notFor, ocijail: '--process only' },
    program: sleeper,
    steps: [
      ...startReady(),
      exec(['/bin/cat'], { into: 'eout', stdin: 'through\n' }),
      output('through', 'eout'),
      ...finish,
    ],
  }),
  defineCase({
    id: 'exec.preserve-fds',
    title: 'exec --preserve-fds hands descriptors 3 and up to the command',
    stands: 'conmon: `exec --preserve-fds N` (src/runtime_args.c)',
    mark: 'any-runtime',
    notFor: { ...notFor, ocijail: '--process only' },
    program: sleeper,
    steps: [
      ...startReady(),
      exec(['/bin/sh', '-c', 'echo three >&3'], {
        into: 'eout',
        fds: ['fd3'],
        flags: ['--preserve-fds', '1'],
      }),
      file('fd3', 'three'),
      ...finish,
    ],
  }),
]
