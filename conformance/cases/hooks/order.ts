/** When hooks run, and where. */
import {
  check,
  create,
  defineCase,
  file,
  finish,
  gone,
  remove,
  removeForce,
  start,
  state,
  wait,
  waitText,
} from '../../harness/define.ts'
import { bind, hook } from '../../harness/entries.ts'
import { sharedVolume } from './words.ts'

/** A hook that appends a word to a file; the host and the container both see the file, the container below /mnt. */
const note = (word: string) => hook(`echo ${word} >>%{dir}/vol/order`)

const noteInside = (word: string) => hook(`echo ${word} >>/mnt/order`)

/** When hooks run, and where. */
export const hookOrderCases = [
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
      'config.md, Hooks, poststart: "called after the user-specified process is executed"; ocijail (start.cpp) runs it with no proof that the program was executed',
    mark: 'any-runtime',
    notFor: { runj: 'knows no poststart', runc: 'answers ps with its own name for a moment' },
    config: {
      process: { args: ['/bin/sleep', '%{nap}'] },
      hooks: { poststart: [hook('ps -ww -o args= -p "$(cat %{dir}/pid)" >%{dir}/ps')] },
    },
    steps: [create(), start(), waitText(/sleep/, 'ps'), ...finish],
  }),
  defineCase({
    id: 'hooks.listed-order',
    title: 'hooks of one kind run one after the other, in the listed order',
    stands: 'config.md, Hooks: "Hooks MUST be called in the listed order"; runtime-tools, validation/hooks',
    mark: 'any-runtime',
    config: {
      hooks: {
        createRuntime: [hook('sleep 0.2; echo one >>%{dir}/order'), hook('echo two >>%{dir}/order')],
        poststop: [hook('sleep 0.2; echo three >>%{dir}/order'), hook('echo four >>%{dir}/order')],
      },
    },
    program: 'exit 0',
    steps: [create(), start(), wait('stopped'), remove(), file('order', 'one\ntwo\nthree\nfour'), gone()],
  }),
  defineCase({
    id: 'hooks.create-container-after-mounts',
    title: 'a createContainer hook finds the mounts of the container in place',
    stands:
      "runtime.md, Lifecycle: createContainer hooks run after the runtime environment has been created; crun's suite, test_createContainer_hook_after_mounts",
    mark: 'jails',
    notFor: { runj: 'not tried' },
    files: { 'vol/f': 'mounted' },
    config: {
      mounts: [bind('vol', '/mnt')],
      hooks: { createContainer: [hook('cat %{root}/mnt/f >%{dir}/seen')] },
    },
    program: 'exit 0',
    steps: [create(), file('seen', 'mounted'), removeForce(), gone()],
  }),
]
