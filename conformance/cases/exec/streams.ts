/** Standard input and descriptors of exec. */
import { defineCase, exec, file, finish, output, startReady } from '../../harness/define.ts'
import { notFor, sleeper } from './words.ts'

/** Standard input and descriptors of exec. */
export const execStreamCases = [
  defineCase({
    id: 'exec.stdin',
    title: "standard input and output of the command are the caller's",
    stands: 'podman exec -i',
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
    title: 'exec --preserve-fds',
    stands: 'conmon: `exec --preserve-fds N` (needs A2.1)',
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
