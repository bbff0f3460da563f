/** State, plan and journal that are empty, cut or lost. */
import {
  call,
  check,
  create,
  defineCase,
  file,
  gone,
  removeForce,
  start,
  startReady,
  waitText,
} from '../../harness/define.ts'
import { noMounts, tmp, vol } from './words.ts'

/** State, plan and journal that are empty, cut or lost. */
export const crashDamagedStateCases = [
  defineCase({
    id: 'crash.state-emptied',
    title: 'an empty state.json does not keep the container from being deleted',
    stands: 'ocijail commits 662fb5c and d4fa239: a crash leaves partial or empty state directories',
    mark: 'jails',
    notFor: { runj: 'keeps its state elsewhere' },
    files: { 'vol/f': 'x' },
    config: { mounts: [tmp, vol] },
    program: 'echo ready; exec sleep %{nap}',
    steps: [
      ...startReady(),
      { do: 'write', path: '%{state}/%{id}/state.json', text: '' },
      removeForce(),
      check('nothing is mounted', noMounts),
      gone(),
    ],
  }),
  defineCase({
    id: 'crash.start-killed',
    title: 'a start that was killed before it could write that the program runs: the container is running',
    stands:
      'docs/architecture.md: a crash may come at any instant; runtime.md, State: running means that the program has been executed',
    mark: 'jailwright',
    program: 'echo ready; exec sleep %{nap}',
    steps: [
      ...startReady(),
      check('the state is as create had left it', async context => {
        const { readFileSync, writeFileSync } = await import('node:fs')
        const path = context.expand('%{state}/%{id}/state.json')
        const value = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>
        writeFileSync(path, JSON.stringify({ ...value, status: 'created' }))
      }),
      call(['state', '%{id}'], { json: { status: 'running' } }),
      start({ fails: /it is running, not created/ }),
      call(['exec', '%{id}', '/bin/sh', '-c', 'exit 0']),
      removeForce(),
      gone(),
    ],
  }),
  defineCase({
    id: 'crash.start-killed-after-its-order',
    title: 'a start that is killed as soon as init has its order: the program runs all the same',
    stands:
      'docs/architecture.md: a crash may come at any instant; the order is given by then, and a FIFO that nobody reads is a SIGPIPE for who answers (write(2))',
    mark: 'jailwright',
    program: 'echo ready; exec sleep %{nap}',
    steps: [
      create(),
      check('start is killed after its first effect, the order', async context => {
        const { spawnSync } = await import('node:child_process')
        const words = ['--root', context.expand('%{state}'), 'start', context.expand('%{id}')]
        const { signal, stderr } = spawnSync(context.expand('%{runtime}'), words, {
          env: { ...process.env, JAILWRIGHT_CRASH_AT: '1:after' },
          encoding: 'utf8',
        })
        if (signal !== 'SIGKILL') context.fail(`start was not killed: ${stderr}`)
      }),
      waitText(/ready/),
      call(['state', '%{id}'], { json: { status: 'running' } }),
      start({ fails: /it is running, not created/ }),
      removeForce(),
      gone(),
    ],
  }),
  defineCase({
    id: 'crash.plan-damaged',
    title: 'a plan.json that was cut short does not keep the container from being deleted by force',
    stands:
      'ocijail commits 662fb5c and d4fa239: a crash leaves partial or empty state directories; files that are not synced are empty after a power failure',
    mark: 'jailwright',
    files: { 'vol/f': 'x' },
    config: { mounts: [tmp, vol] },
    program: 'echo ready; exec sleep %{nap}',
    steps: [
      ...startReady(),
      { do: 'write', path: '%{state}/%{id}/plan.json', text: '{"hooks":' },
      call(['exec', '%{id}', '/bin/sh', '-c', 'exit 0'], { fails: /plan\.json is damaged/ }),
      removeForce(),
      check('nothing is mounted', noMounts),
      gone(),
    ],
  }),
  ...(['removed', 'emptied', 'cut after its first lines'] as const).map((what, n) =>
    defineCase({
      id: `crash.journal-lost-${n + 1}`,
      title: `a journal that was ${what} does not keep delete --force from taking jail, mounts and ruleset back`,
      stands:
        'ocijail commits 662fb5c and d4fa239: a crash leaves partial or empty state directories; files that are not synced are empty after a power failure',
      mark: 'jailwright',
      files: { 'vol/f': 'x' },
      config: { mounts: [tmp, vol], root: { readonly: n === 1 } },
      program: 'echo ready; exec sleep %{nap}',
      steps: [
        ...startReady(),
        check(what, async context => {
          const { readFileSync, rmSync, writeFileSync } = await import('node:fs')
          const path = context.expand('%{state}/%{id}/journal.jsonl')
          if (n === 0) rmSync(path)
          else writeFileSync(path, n === 1 ? '' : readFileSync(path).subarray(0, 300))
        }),
        removeForce(),
        check('nothing is mounted, no jail is there', async context => {
          await noMounts(context)
          const { stdout } = await context.tool('jls', 'name')
          if (stdout.includes(context.expand('%{unique}'))) context.fail(stdout)
        }),
        gone(),
        file('vol/f', 'x'),
      ],
    }),
  ),
  ...['{"pidStart":"1"}', '{"pidStart":"1","pid":"abc"}', 'null', '{}', '{"jid":1}'].map((text, n) =>
    defineCase({
      id: `crash.state-of-another-form-${n + 1}`,
      title: `a state.json that is ${text} is a damaged one: list goes on, delete --force takes all back`,
      stands: 'ocijail commits 662fb5c and d4fa239: a crash leaves partial or empty state directories',
      mark: 'jailwright',
      files: { 'vol/f': 'x' },
      config: { mounts: [tmp, vol] },
      program: 'echo ready; exec sleep %{nap}',
      steps: [
        ...startReady(),
        { do: 'write', path: '%{state}/%{id}/state.json', text },
        call(['state', '%{id}'], { fails: /state\.json is damaged/ }),
        call(['list']),
        removeForce(),
        check('nothing is mounted', noMounts),
        gone(),
      ],
    }),
  ),
]
