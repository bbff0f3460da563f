/** What is left after an error, and what still works. */
import {
  call,
  create,
  defineCase,
  failsToStart,
  file,
  gone,
  output,
  remove,
  removeFile,
  start,
  state,
  wait,
  write,
} from '../../harness/define.ts'

/** What is left after an error, and what still works. */
export const afterErrorCases = [
  defineCase({
    id: 'errors.again-after-failure',
    title: 'after a create that failed the same id can be created',
    stands:
      'runtime.md, Errors: a failed operation "MUST leave the state of the environment as if the operation were never attempted"',
    mark: 'any-runtime',
    config: {
      mounts: [{ destination: '/mnt', type: '%{bind}', source: '%{dir}/later', options: ['rbind'] }],
    },
    program: 'cat /mnt/f',
    steps: [
      create({ fails: /later/ }),
      gone(),
      write('later/f', 'now it is there'),
      create({ n: 2, id: '%{id}' }),
      start(),
      wait('stopped'),
      output('now it is there', 'out2'),
      remove(),
    ],
  }),
  defineCase({
    id: 'errors.pid-file-unwritable',
    title: 'a pid file that cannot be written makes create fail, and nothing is left',
    stands:
      'conmon and buildah find the process by the pid file only; runtime.md, Errors: a failed operation "MUST leave the state of the environment as if the operation were never attempted"',
    mark: 'any-runtime',
    program: 'echo never',
    steps: [
      call(['create', '--bundle', '%{bundle}', '--pid-file', '%{dir}/nosuch/pid', '%{id}'], {
        fails: /nosuch|no such file/i,
      }),
      gone(),
      file('nosuch', 'absent'),
      write('a-file', 'text'),
      call(['create', '--bundle', '%{bundle}', '--pid-file', '%{dir}/a-file/pid', '%{id}'], {
        fails: /a-file|not a directory/i,
      }),
      gone(),
      file('a-file', 'text'),
    ],
  }),
  defineCase({
    id: 'errors.file-in-place',
    title:
      'a file in the place of the container in the state directory is refused, left, and no trouble once removed',
    stands:
      'runtime.md, Errors: a failed operation "MUST leave the state of the environment as if the operation were never attempted"',
    mark: 'any-runtime',
    notFor: { runj: 'no --root' },
    program: 'echo done',
    steps: [
      write('%{state}/%{id}', 'not ours'),
      create({ fails: true }),
      gone(),
      file('%{state}/%{id}', 'not ours'),
      removeFile('%{state}/%{id}'),
      create(),
      start(),
      wait('stopped'),
      output(/^done$/m),
      remove(),
    ],
  }),
  defineCase({
    id: 'errors.exec-fails-nothing-left',
    title: 'a program that cannot be executed leaves nothing behind',
    stands: 'runtime.md, Start and Errors; ocijail (start.cpp) says running before it has executed anything',
    mark: 'jails',
    rootFiles: { 'opt/bad': { text: 'no format\u0000 that any kernel knows\u0001\u0002', mode: 0o755 } },
    config: { process: { args: ['/opt/bad'] } },
    steps: failsToStart(/exec format error|Exec format/i),
  }),
  defineCase({
    id: 'errors.start-removes-nothing',
    title: 'the state survives a config.json that was removed',
    stands:
      'runtime.md, Create: changes of config.json after create have no effect, so state and delete do not need the file',
    mark: 'any-runtime',
    program: 'echo still',
    steps: [
      create(),
      removeFile('b1/config.json'),
      state({ status: 'created' }),
      start(),
      wait('stopped'),
      output('still'),
      remove(),
      gone(),
    ],
  }),
]
