/** The calls of containerd's runc shim, made through go-runc, and of runj's shim (docs/callers.md). */
import {
  call,
  create,
  defineCase,
  exec,
  file,
  finish,
  gone,
  output,
  remove,
  removeForce,
  start,
  startReady,
  wait,
  waitText,
  write,
} from '../../harness/define.ts'
import { notFor, sleeper } from './words.ts'

/** Calls of the shims of containerd. */
export const containerdCases = [
  defineCase({
    id: 'callers.containerd-life',
    title: "a container lives and dies by containerd's commands",
    stands:
      'containerd go-runc, runc.go: create --bundle B --pid-file P --no-pivot --no-new-keyring ID; list --format=json; kill --all ID N; delete --force ID; --systemd-cgroup only with systemd',
    mark: 'any-runtime',
    notFor: { ...notFor, ocijail: 'refuses --no-new-keyring and has no list of this form' },
    program: sleeper,
    steps: [
      create({ flags: ['--no-pivot', '--no-new-keyring'] }),
      start(),
      waitText(/ready/),
      call(['list', '--format=json'], { stdout: /"id":\s*"cf-/ }),
      call(['ps', '--format', 'json', '%{id}'], { stdout: /^\s*\[\s*\d+/ }),
      call(['kill', '--all', '%{id}', '9']),
      wait('stopped'),
      removeForce(),
      gone(),
    ],
  }),
  defineCase({
    id: 'callers.containerd-exec',
    title: "exec takes containerd's words: flags in another order, output and pid file",
    stands: 'containerd go-runc, runc.go, Exec: exec --process FILE --detach --pid-file P ID',
    mark: 'any-runtime',
    notFor,
    program: sleeper,
    steps: [
      ...startReady(),
      write(
        'process.json',
        JSON.stringify({
          user: { uid: 0, gid: 0 },
          args: ['/bin/echo', 'from exec'],
          env: ['PATH=/bin'],
          cwd: '/',
        }),
      ),
      exec([], { into: 'eout', flags: ['--process', '%{dir}/process.json', '--detach'] }),
      waitText('from exec', 'eout'),
      output('from exec', 'eout'),
      file('eout.pid', /^\d+\n?$/),
      ...finish,
    ],
  }),
  defineCase({
    id: 'callers.containerd-events',
    title: 'events --stats ID prints one JSON object of type stats',
    stands:
      'containerd go-runc, events.go and runc.go, Stats: events --stats ID, {"type":"stats","id":ID,"data":...}',
    mark: 'jails',
    needs: ['racct'],
    notFor: { ...notFor, ocijail: 'has no events' },
    program: sleeper,
    steps: [
      ...startReady(),
      call(['events', '--stats', '%{id}'], { json: { type: 'stats', id: '%{id}' } }),
      ...finish,
    ],
  }),
  defineCase({
    id: 'callers.runj-kill',
    title: "kill takes its flags after the id, in the order of runj's containerd shim",
    stands: 'runj containerd/exec.go, execKill: kill ID SIGNAL --all; a number or a name with SIG',
    mark: 'jails',
    notFor: { ocijail: 'ignores --all' },
    program: 'sleep %{nap} & echo ready; wait',
    steps: [...startReady(), call(['kill', '%{id}', 'SIGKILL', '--all']), wait('stopped'), remove(), gone()],
  }),
  defineCase({
    id: 'callers.runj-state',
    title: 'state says nothing on standard error when it succeeds',
    stands: 'runj containerd/exec.go, execState: standard output and error together are read as JSON',
    mark: 'any-runtime',
    program: sleeper,
    steps: [
      ...startReady(),
      call(['state', '%{id}'], { json: { id: '%{id}', status: 'running' }, stderr: '' }),
      ...finish,
    ],
  }),
  defineCase({
    id: 'callers.runj-create',
    title: "create takes the bundle after the id, as runj's containerd shim calls it",
    stands: 'runj containerd/exec.go, execCreate: create ID BUNDLE',
    mark: 'jailwright',
    program: 'echo made',
    steps: [
      call(['create', '%{id}', '%{bundle}']),
      call(['start', '%{id}']),
      wait('stopped'),
      remove(),
      gone(),
    ],
  }),
]
