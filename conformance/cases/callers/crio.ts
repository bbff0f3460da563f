/** The calls of CRI-O, and of conmon on behalf of CRI-O (docs/callers.md). */
import {
  call,
  check,
  create,
  defineCase,
  finish,
  gone,
  remove,
  removeForce,
  start,
  startReady,
  state,
  tool,
  wait,
  waitText,
  write,
} from '../../harness/define.ts'
import { notFor, sleeper } from './words.ts'

/** CRI-O's global arguments: the state directory alone, errors on standard error. */
const crio = { globals: ['--root', '%{state}'] }

/** Calls of CRI-O, and of conmon on behalf of CRI-O. */
export const crioCases = [
  defineCase({
    id: 'callers.crio-life',
    title: "a container lives and dies by CRI-O's commands",
    stands:
      'cri-o internal/oci/runtime_oci.go: conmon gets --runtime-arg --root=DIR and --no-pivot; signalContainer: kill ID NUMBER; DeleteContainer: delete --force ID',
    mark: 'any-runtime',
    notFor,
    program: sleeper,
    steps: [
      create({ globals: ['--root=%{state}'], flags: ['--no-pivot'] }),
      call(['state', '%{id}'], { ...crio, json: { id: '%{id}', status: 'created' } }),
      start(crio),
      waitText(/ready/),
      call(['kill', '%{id}', '9'], crio),
      wait('stopped'),
      removeForce(crio),
      removeForce(crio),
      call(['state', '%{id}'], { ...crio, fails: true, stdout: '' }),
    ],
  }),
  defineCase({
    id: 'callers.crio-kill-a',
    title: 'kill -a ID 9 ends every process of the container',
    stands:
      'cri-o internal/oci/runtime_oci.go, signalContainer: kill -a ID 9 with a pid namespace of the node',
    mark: 'any-runtime',
    notFor,
    program: 'sleep %{nap} & echo ready; wait',
    steps: [...startReady(), call(['kill', '-a', '%{id}', '9'], crio), wait('stopped'), remove(), gone()],
  }),
  defineCase({
    id: 'callers.crio-kill-stopped',
    title: 'the error of a kill that comes too late has the words by which CRI-O knows it',
    stands:
      'cri-o internal/oci/runtime_oci.go, runtimeCmd: "no such process", "container not running" and "invalid process" on standard error mean that the container has ended; any other text is an error of the node',
    mark: 'any-runtime',
    notFor: { ...notFor, ocijail: 'kills nothing without a word' },
    program: 'exit 0',
    steps: [
      create(),
      start(),
      wait('stopped'),
      call(['kill', '%{id}', '15'], {
        ...crio,
        fails: true,
        stderr: /no such process|container not running|invalid process/,
      }),
      remove(),
    ],
  }),
  defineCase({
    id: 'callers.crio-exec',
    title: "exec --process FILE, attached, uses CRI-O's streams and ends with the program's status",
    stands:
      'cri-o internal/oci/runtime_oci.go, ExecContainer: --root DIR exec --process FILE ID with pipes, the exit status is the answer',
    mark: 'any-runtime',
    notFor,
    program: sleeper,
    steps: [
      ...startReady(),
      write(
        'process.json',
        JSON.stringify({
          user: { uid: 0, gid: 0 },
          args: ['/bin/sh', '-c', 'cat; echo end; exit 7'],
          env: ['PATH=/bin'],
          cwd: '/',
          terminal: false,
        }),
      ),
      tool(
        [
          '/bin/sh',
          '-c',
          'echo typed | "$@"',
          'sh',
          '%{runtime}',
          '--root',
          '%{state}',
          'exec',
          '--process',
          '%{dir}/process.json',
          '%{id}',
        ],
        { status: 7, stdout: 'typed\nend' },
      ),
      ...finish,
    ],
  }),
  defineCase({
    id: 'callers.conmon-exec-pid-file',
    title: 'the pid file of exec --detach is there when exec returns, and never seen half written',
    stands:
      'conmon src/runtime_args.c: exec --pid-file P --process F --detach ID; src/conmon.c reads the file as soon as the runtime has ended, other callers poll it',
    mark: 'any-runtime',
    notFor,
    program: sleeper,
    steps: [
      ...startReady(),
      write(
        'process.json',
        JSON.stringify({
          user: { uid: 0, gid: 0 },
          args: ['/bin/sleep', '%{nap}'],
          env: ['PATH=/bin'],
          cwd: '/',
        }),
      ),
      check('polled all the while', async context => {
        const { existsSync, readFileSync } = await import('node:fs')
        const fill = (text: string) => context.expand(text)
        const path = fill('%{dir}/exec.pid')
        const words = [
          '--pid-file',
          path,
          '--process',
          fill('%{dir}/process.json'),
          '--detach',
          fill('%{id}'),
        ]
        let ended = false
        const answer = context.tool(
          '/bin/sh',
          '-c',
          'exec "$@" >/dev/null 2>&1 </dev/null',
          'sh',
          ...[fill('%{runtime}'), '--root', fill('%{state}'), 'exec', ...words],
        )
        void answer.then(() => (ended = true))
        while (!ended) {
          if (existsSync(path) && !/^\d+\n?$/.test(readFileSync(path, 'utf8')))
            context.fail(`half a pid file: ${readFileSync(path, 'utf8')}`)
          await context.sleep(1)
        }
        if ((await answer).status !== 0) context.fail(`exec: status ${(await answer).status}`)
        const pid = existsSync(path) ? readFileSync(path, 'utf8').trim() : ''
        // A runtime may return while execve(2) is still at work.
        await context.untilText(
          shown => `pid ${pid} is ${shown}`,
          async () => (await context.tool('ps', '-ww', '-o', 'args=', '-p', pid)).stdout,
          shown => shown.includes(fill('sleep %{nap}')),
        )
      }),
      state({ status: 'running' }),
      ...finish,
    ],
  }),
]
