/** Crashes and left-overs on a host without mount namespaces (design, "The journal"; needs A3.1, A3.2, A3.4, A3.15). */
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
  wait,
} from '../../harness/define.ts'
import { bind, hook } from '../../harness/entries.ts'
import type { CheckContext, Json } from '../../harness/types.ts'

/** Kills the process that runs the hook: the runtime in the middle of its work. */
const killParent = hook('kill -KILL "$PPID"; sleep 0.2')

const vol = bind('vol', '/mnt')
const tmp: Json = { destination: '/t', type: 'tmpfs', source: 'tmpfs' }

async function noMounts(context: CheckContext): Promise<void> {
  const { stdout } = await context.tool('mount', '-v')
  const lines = stdout.split('\n').filter(line => line.includes(context.expand('%{dir}/')))
  if (lines.length > 0) context.fail(`still mounted: ${lines.join('; ')}`)
}

export const crashCases = [
  defineCase({
    id: 'crash.failed-create-unmounts',
    title: 'a create whose last mount fails leaves no mount, before any delete',
    stands:
      'dfr/ocijail#20: devfs and fdescfs stayed mounted, and delete --force said nothing (needs A3.1, measured.md)',
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
    stands: 'exceptions in the parent leave mounts, jail and state in ocijail (needs A3.4)',
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
        'design, The journal: "after a crash at any instant, delete --force plays it back and leaves nothing" (needs A3.4)',
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
    stands: 'design, The journal: delete plays the journal back, also the second time',
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
    id: 'crash.killed-by-chance',
    title: 'the runtime is killed at twelve moments of create; delete --force leaves nothing each time',
    stands: 'design, The journal; needs A.3.16: state after a crash, A3.15: state.json is written in place',
    mark: 'jails',
    timeout: 60_000,
    files: { 'vol/f': 'x' },
    config: { mounts: [tmp, vol], annotations: { 'org.freebsd.jail.vnet': 'new' } },
    steps: [
      check('kill after 2, 4, 6 ... ms', async context => {
        const { spawn } = await import('node:child_process')
        const id = context.expand('%{id}')
        for (let moment = 1; moment <= 12; moment += 1) {
          const child = spawn(
            context.expand('%{runtime}'),
            ['--root', context.expand('%{state}'), 'create', '--bundle', context.expand('%{bundle}'), id],
            { stdio: 'ignore' },
          )
          const ended = new Promise(resolve => child.once('exit', resolve))
          await context.sleep(moment * moment * 2)
          child.kill('SIGKILL')
          await ended
          const answer = await context.runtime('delete', '--force', id)
          if (answer.status !== 0) context.fail(`moment ${moment}: delete --force: ${answer.stderr}`)
          await noMounts(context)
          const jails = (await context.tool('jls', 'name')).stdout
          if (jails.includes(context.expand('%{unique}')))
            context.fail(`moment ${moment}: jail left: ${jails}`)
          if ((await context.runtime('state', id)).status === 0) context.fail(`moment ${moment}: state left`)
        }
      }),
    ],
  }),
  defineCase({
    id: 'crash.state-emptied',
    title: 'an empty state.json does not keep the container from being deleted',
    stands: 'needs A.3.16: ocijail commits 662fb5c and d4fa239, partial or empty state directories',
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
    id: 'crash.pid-reused',
    title: 'a pid that another process has by now does not keep the container running',
    stands: 'liveness in ocijail is kill(pid, 0) with no start time (needs A3.10)',
    mark: 'jails',
    notFor: { ocijail: 'needs A3.10', runj: 'keeps its state elsewhere' },
    program: 'exit 0',
    steps: [
      create(),
      start(),
      check('the process has ended; its pid now is that of a process of the host', async context => {
        const { readFileSync, writeFileSync } = await import('node:fs')
        const ps = async () =>
          (await context.tool('ps', '-o', 'stat=', '-p', context.expand('%{pid}'))).stdout.trim()
        await context.until('it did not end', async () => /^(Z.*)?$/.test(await ps()))
        const path = context.expand('%{state}/%{id}/state.json')
        const value = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>
        writeFileSync(path, JSON.stringify({ ...value, pid: process.pid }))
        const state = JSON.parse((await context.runtime('state', context.expand('%{id}'))).stdout) as {
          status: string
        }
        if (state.status !== 'stopped') context.fail(`status ${state.status}`)
      }),
      removeForce(),
      check('the harness is still alive', () => {}),
      gone(),
    ],
  }),
  defineCase({
    id: 'crash.unmounted-from-outside',
    title: 'a mount that an administrator has undone is no error at delete',
    stands: 'needs A3.2, A.3.13: podman rm must recover; what is already gone counts as undone',
    mark: 'jails',
    files: { 'vol/f': 'x' },
    config: { mounts: [tmp, vol] },
    program: 'exit 0',
    steps: [
      create(),
      start(),
      wait('stopped'),
      { do: 'tool', argv: ['umount', '%{root}/mnt'], expect: {} },
      call(['delete', '%{id}']),
      file('vol/f', 'x'),
      gone(),
    ],
  }),
  defineCase({
    id: 'crash.mount-point-moved',
    title: 'a container that moves its mount points away does not keep mounts alive',
    stands: 'ocijail finds its mounts again by paths that the container may have changed (needs A3.2)',
    mark: 'jails',
    notFor: { ocijail: 'looks the paths up again' },
    files: { 'vol/f': 'x' },
    config: {
      mounts: [{ destination: '/a/b/mnt', type: '%{bind}', source: '%{dir}/vol', options: ['rbind'] }],
    },
    program: 'mv /a /c; ln -s /etc /a; exit 0',
    steps: [
      create(),
      start(),
      wait('stopped'),
      call(['delete', '%{id}'], { either: true }),
      removeForce(),
      check('nothing is mounted', noMounts),
      file('vol/f', 'x'),
    ],
  }),
  defineCase({
    id: 'crash.busy-mount',
    title: 'delete --force undoes mounts in which processes work',
    stands:
      'unmount fails with EBUSY while a process is in it (mounts.md 6; bastille#214 and kin, needs A.3.13)',
    mark: 'jails',
    files: { 'vol/f': 'x' },
    config: { mounts: [tmp, vol] },
    program: '(cd /t && sleep %{nap}) & (cd /mnt && sleep %{nap}) & echo ready; wait',
    steps: [
      ...startReady(),
      removeForce(),
      check('nothing is mounted', noMounts),
      gone(),
      file('vol/f', 'x'),
    ],
  }),
  defineCase({
    id: 'crash.start-killed',
    title: 'a start that was killed before it could write that the program runs: the container is running',
    stands:
      'design, The journal: a crash at any instant; runtime-spec, state: running means that the program has been executed',
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
    id: 'crash.plan-damaged',
    title: 'a plan.json that was cut short does not keep the container from being deleted by force',
    stands:
      'needs A.3.16: partial or empty state directories; files that are not synced are empty after a power failure',
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
        'needs A.3.16: partial or empty state directories; files that are not synced are empty after a power failure',
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
  ...['{"pidStart":"1"}', '{"pidStart":"1","pid":"abc"}', 'null'].map((text, n) =>
    defineCase({
      id: `crash.state-of-another-form-${n + 1}`,
      title: `a state.json that is ${text} is a damaged one: list goes on, delete --force takes all back`,
      stands: 'needs A.3.16: ocijail commits 662fb5c and d4fa239, partial or empty state directories',
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
  defineCase({
    id: 'crash.hook-outlives-create',
    title: 'the runtime is killed while a hook goes on; delete --force ends the hook too',
    stands: 'design, The journal: "delete --force plays it back and leaves nothing", no process either',
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
        const { stdout } = await context.tool('ps', '-o', 'stat=', '-p', pid())
        if (!/^(Z.*)?$/.test(stdout.trim())) context.fail(`the hook runs on: ${stdout}`)
      }),
      check('nothing is mounted', noMounts),
      gone(),
    ],
  }),
  defineCase({
    id: 'crash.disk-full',
    title:
      'a disk that is full at ten moments of create leaves nothing, and does not keep a delete from being done',
    stands:
      'design, The journal: "a failed create plays the journal back", also when the journal itself cannot be written',
    mark: 'jailwright',
    timeout: 120_000,
    files: { 'vol/f': 'x' },
    config: { mounts: [tmp, vol], annotations: { 'org.freebsd.jail.vnet': 'new' } },
    program: 'echo ready; exec sleep %{nap}',
    steps: [
      { do: 'tool', argv: ['mkdir', '-p', '%{state}'], expect: {} },
      { do: 'tool', argv: ['mount', '-t', 'tmpfs', '-o', 'size=262144', 'tmpfs', '%{state}'], expect: {} },
      check('with 0, 4, 8 ... KiB left', async context => {
        const { rmSync, writeFileSync } = await import('node:fs')
        const id = context.expand('%{id}')
        const fill = context.expand('%{state}/.fill')
        const full = (kilobytes: number) => {
          rmSync(fill, { force: true })
          for (let size = 256 - kilobytes; size > 0; size -= 4) {
            try {
              writeFileSync(fill, Buffer.alloc(size * 1024))
              return
            } catch {
              rmSync(fill, { force: true })
            }
          }
        }
        const nothing = async (when: string) => {
          const { stdout } = await context.tool('mount', '-v')
          const lines = stdout.split('\n').filter(line => line.includes(context.expand('%{root}/')))
          const jails = (await context.tool('jls', 'name')).stdout
          if (lines.length > 0 || jails.includes(context.expand('%{unique}')))
            context.fail(`${when}: left: ${lines.join('; ')} ${jails}`)
        }
        let failed = 0
        for (let left = 0; left <= 72; left += 8) {
          full(left)
          const create = await context.runtime('create', '--bundle', context.expand('%{bundle}'), id)
          if (create.status !== 0) {
            failed += 1
            await nothing(`create failed with ${left} KiB left`)
          }
          full(0)
          const deleted = await context.runtime('delete', '--force', id)
          if (deleted.status !== 0) context.fail(`${left} KiB: delete --force: ${deleted.stderr}`)
          await nothing(`deleted with a full disk after ${left} KiB`)
        }
        if (failed === 0 || failed === 10) context.fail(`${failed} of 10 creates failed`)
        rmSync(fill, { force: true })
      }),
      { do: 'tool', argv: ['umount', '%{state}'], expect: {} },
      gone(),
    ],
  }),
  defineCase({
    id: 'crash.commands-killed-by-chance',
    title:
      'start, exec, pause, update, kill and delete are killed in the middle; delete --force leaves nothing',
    stands:
      'design, The journal: "after a crash at any instant, delete --force plays it back and leaves nothing"',
    mark: 'jails',
    notFor: { ocijail: 'has no update, pause, resume', runj: 'has no exec, update, pause, resume' },
    timeout: 180_000,
    files: { 'vol/f': 'x' },
    config: { mounts: [tmp, vol] },
    program: 'echo ready; exec sleep %{nap}',
    steps: [
      check('each is killed after some milliseconds', async context => {
        const { spawn } = await import('node:child_process')
        const id = context.expand('%{id}')
        const succeeds = async (...args: string[]) => {
          const answer = await context.runtime(...args)
          if (answer.status !== 0) context.fail(`${args.join(' ')}: ${answer.stderr}`)
        }
        const commands: [string[], before?: string[]][] = [
          [['start', id]],
          [
            ['exec', id, '/bin/sh', '-c', 'sleep 60'],
            ['start', id],
          ],
          [
            ['exec', '--detach', id, '/bin/sh', '-c', 'sleep 60'],
            ['start', id],
          ],
          [
            ['update', '--pids-limit', '50', id],
            ['start', id],
          ],
          [
            ['pause', id],
            ['start', id],
          ],
          [
            ['kill', id, 'TERM'],
            ['start', id],
          ],
          [
            ['delete', '--force', id],
            ['start', id],
          ],
        ]
        for (const [command, before] of commands) {
          for (const milliseconds of [8, 30]) {
            const when = `${command.join(' ')}, killed after ${milliseconds} ms`
            await succeeds('create', '--bundle', context.expand('%{bundle}'), id)
            if (before) await succeeds(...before)
            const words = ['--root', context.expand('%{state}'), ...command]
            const child = spawn(context.expand('%{runtime}'), words, { stdio: 'ignore' })
            const ended = new Promise(resolve => child.once('exit', resolve))
            await context.sleep(milliseconds)
            child.kill('SIGKILL')
            await ended
            const answer = await context.runtime('delete', '--force', id)
            if (answer.status !== 0) context.fail(`${when}: delete --force: ${answer.stderr}`)
            await noMounts(context)
            const jails = (await context.tool('jls', 'name')).stdout
            if (jails.includes(context.expand('%{unique}'))) context.fail(`${when}: jail left: ${jails}`)
            if ((await context.runtime('state', id)).status === 0) context.fail(`${when}: state left`)
          }
        }
      }),
      gone(),
    ],
  }),
]
