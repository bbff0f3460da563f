/** exec as conmon and people use it, and the further commands that callers use (issue 4; crun(1), runc(8)). */
import {
  call,
  check,
  create,
  defineCase,
  exec,
  file,
  finish,
  gone,
  kill,
  output,
  remove,
  removeForce,
  start,
  startReady,
  state,
  wait,
  waitText,
} from '../../harness/define.ts'

const sleeper = 'echo ready; exec sleep %{nap}'
const notFor = { runj: 'has no exec of this form' }

export const execCases = [
  defineCase({
    id: 'exec.command',
    title: 'exec ID COMMAND: output and exit status',
    stands: 'runc(8), exec: runs a command in the container and ends with its status',
    mark: 'any-runtime',
    notFor: { ...notFor, ocijail: '--process only' },
    program: sleeper,
    steps: [
      ...startReady(),
      exec(['/bin/sh', '-c', 'echo hello; exit 5'], { into: 'eout', status: 5 }),
      output('hello', 'eout'),
      ...finish,
    ],
  }),
  defineCase({
    id: 'exec.signal-status',
    title: 'a command that a signal ended gives 128 + n',
    stands: 'runc(8), exec; podman exec',
    mark: 'any-runtime',
    notFor: { ...notFor, ocijail: '--process only' },
    program: sleeper,
    steps: [
      ...startReady(),
      exec(['/bin/sh', '-c', 'kill -KILL $$'], { into: 'eout', status: 137 }),
      ...finish,
    ],
  }),
  defineCase({
    id: 'exec.same-place',
    title: 'the command is in the container: root, hostname, mounts',
    stands: 'runc(8), exec: "run the process inside the container"',
    mark: 'any-runtime',
    notFor: { ...notFor, ocijail: '--process only' },
    files: { 'vol/f': 'volume' },
    rootFiles: { 'etc/mark': 'mark' },
    config: { mounts: [{ destination: '/mnt', type: '%{bind}', source: '%{dir}/vol', options: ['rbind'] }] },
    program: sleeper,
    steps: [
      ...startReady(),
      exec(['/bin/sh', '-c', 'hostname; cat /etc/mark /mnt/f'], { into: 'eout' }),
      output('conformance\nmarkvolume', 'eout'),
      ...finish,
    ],
  }),
  defineCase({
    id: 'exec.user-cwd-env',
    title: '--user, --cwd and --env',
    stands: 'runc(8), exec: --user UID[:GID], --cwd, --env; podman exec -u, -w, -e',
    mark: 'any-runtime',
    notFor: { ...notFor, ocijail: '--process only' },
    program: sleeper,
    steps: [
      ...startReady(),
      exec(['/bin/sh', '-c', 'id -u; id -g; pwd; echo "$X"'], {
        into: 'eout',
        flags: ['--user', '1001:1002', '--cwd', '/tmp', '--env', 'X=y z'],
      }),
      output('1001\n1002\n/tmp\ny z', 'eout'),
      ...finish,
    ],
  }),
  defineCase({
    id: 'exec.user-strict',
    title: '--user with trailing text is an error, not another user',
    stands:
      'CVE-2026-30892 (needs C.6): `exec -u` parsed wrongly ran as a different user: strict number parsing',
    mark: 'jailwright',
    program: sleeper,
    steps: [
      ...startReady(),
      ...['10x', '1001:', ':', '-1', '1001:10x', '0x10', ''].map(user =>
        exec(['/bin/sh', '-c', 'echo ran as $(id -u)'], {
          into: 'eout',
          flags: ['--user', user],
          fails: true,
        }),
      ),
      output({ not: /ran as/ }, 'eout'),
      ...finish,
    ],
  }),
  defineCase({
    id: 'exec.umask',
    title: "the command has the container's umask",
    stands:
      'CVE-2022-27650 (needs C.6): exec applies the same restrictions as create; ocijail gives 0077 (needs A3.8)',
    mark: 'jailwright',
    config: { process: { user: { umask: 0o027 } } },
    program: sleeper,
    steps: [
      ...startReady(),
      exec(['/bin/sh', '-c', 'umask'], { into: 'eout' }),
      output(/^0?027$/m, 'eout'),
      ...finish,
    ],
  }),
  defineCase({
    id: 'exec.stopped',
    title: 'exec in a stopped container is an error',
    stands: 'ocijail does not look at the state (needs A3.12); runc: "cannot exec in a stopped container"',
    mark: 'any-runtime',
    notFor: { ...notFor, ocijail: 'needs A3.12' },
    program: 'exit 0',
    steps: [
      create(),
      start(),
      wait('stopped'),
      exec(['/bin/sh', '-c', 'echo ran'], { into: 'eout', fails: true }),
      output({ not: /^ran/m }, 'eout'),
      remove(),
    ],
  }),
  defineCase({
    id: 'exec.unknown',
    title: 'exec in an unknown container is an error',
    stands: 'runc(8), exec',
    mark: 'any-runtime',
    steps: [call(['exec', 'nosuch-%{unique}', '/bin/sh'], { fails: true })],
  }),
  defineCase({
    id: 'exec.no-such-program',
    title: "a command that does not exist: message for podman's 127",
    stands: 'podman (libpod/oci_util.go): the phrases give 127 (needs A2.3)',
    mark: 'any-runtime',
    notFor: { ...notFor, ocijail: '--process only' },
    program: sleeper,
    steps: [
      ...startReady(),
      exec(['no-such-program'], {
        into: 'eout',
        fails: /executable file not found|no such file or directory/i,
      }),
      // Not each directory of PATH itself.
      exec([''], { into: 'eout', fails: /executable file not found|no such file or directory/i }),
      exec(['/etc/passwd'], { into: 'eout', fails: /permission denied/i }),
      state({ status: 'running' }),
      ...finish,
    ],
  }),
  defineCase({
    id: 'exec.status-127-126',
    title: 'exit status 127 for a missing program, 126 for one that may not be executed',
    stands: 'design, Command line: "126/127 as shells do"',
    mark: 'jailwright',
    program: sleeper,
    steps: [
      ...startReady(),
      exec(['no-such-program'], { into: 'eout', status: 127 }),
      exec([''], { into: 'eout', status: 127 }),
      exec(['/etc/passwd'], { into: 'eout', status: 126 }),
      ...finish,
    ],
  }),
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
  defineCase({
    id: 'exec.many-at-once',
    title: 'ten commands at the same time',
    stands:
      'health checks are one exec each (needs A.11.37); ocijail keeps the state lock during exec (needs A3.12)',
    mark: 'any-runtime',
    notFor: { ...notFor, ocijail: '--process only' },
    timeout: 40_000,
    program: sleeper,
    steps: [
      ...startReady(),
      {
        do: 'together',
        branches: Array.from({ length: 10 }, (_, n) => [
          exec(['/bin/sh', '-c', `sleep 0.1; echo number ${n}`], { into: `eout${n}`, timeout: 20_000 }),
          output(`number ${n}`, `eout${n}`),
        ]),
      },
      ...finish,
    ],
  }),
  defineCase({
    id: 'exec.gone-with-the-container',
    title: 'a detached command ends with the container',
    stands: 'runtime.md, Delete: nothing of the container stays',
    mark: 'any-runtime',
    notFor: { ...notFor, ocijail: '--process only' },
    program: sleeper,
    steps: [
      ...startReady(),
      exec(['/bin/sh', '-c', 'trap "" TERM HUP; echo up; exec sleep %{nap}'], {
        into: 'eout',
        flags: ['--detach'],
      }),
      waitText('up', 'eout'),
      removeForce(),
      gone(),
    ],
  }),
  defineCase({
    id: 'pause.and-resume',
    title: 'pause stops every process, resume lets them go on',
    stands: 'podman pause calls `pause` and `resume` (needs A.10.33); runc: state paused',
    mark: 'any-runtime',
    notFor: { ocijail: 'has no pause', runj: 'has no pause' },
    program: 'echo ready; i=0; while :; do i=$((i+1)); echo $i >/tmp/count; sleep 0.02; done',
    steps: [
      ...startReady(),
      call(['pause', '%{id}']),
      state({ status: 'paused' }),
      check('nothing moves', async context => {
        const count = () => context.read(context.expand('%{root}/tmp/count')).trim()
        await context.sleep(100)
        const before = count()
        await context.sleep(300)
        if (count() !== before) context.fail(`counted from ${before} to ${count()}`)
      }),
      call(['resume', '%{id}']),
      state({ status: 'running' }),
      check('it moves', async context => {
        const count = () => context.read(context.expand('%{root}/tmp/count')).trim()
        const before = count()
        await context.until('it does not move', () => count() !== before && count() !== '')
      }),
      ...finish,
    ],
  }),
  defineCase({
    id: 'pause.exec',
    title: 'exec in a paused container is an error, and with --ignore-paused it runs',
    stands: 'runc(8), exec: "--ignore-paused allow exec in a paused container"',
    mark: 'jailwright',
    program: sleeper,
    steps: [
      ...startReady(),
      call(['pause', '%{id}']),
      exec(['/bin/sh', '-c', 'echo ran'], { into: 'refused', fails: /paused/ }),
      output({ not: /^ran/m }, 'refused'),
      exec(['/bin/sh', '-c', 'echo ran; exit 5'], { into: 'eout', flags: ['--ignore-paused'], status: 5 }),
      output(/^ran$/m, 'eout'),
      state({ status: 'paused' }),
      call(['resume', '%{id}']),
      state({ status: 'running' }),
      ...finish,
    ],
  }),
  defineCase({
    id: 'pause.wrong-state',
    title: 'pause of a stopped container and resume of a running one are errors',
    stands: 'runc(8), pause and resume',
    mark: 'any-runtime',
    notFor: { ocijail: 'has no pause', runj: 'has no pause' },
    program: sleeper,
    steps: [
      ...startReady(),
      call(['resume', '%{id}'], { fails: true }),
      state({ status: 'running' }),
      kill('KILL'),
      wait('stopped'),
      call(['pause', '%{id}'], { fails: true }),
      remove(),
    ],
  }),
  defineCase({
    id: 'pause.delete-force',
    title: 'delete --force of a paused container',
    stands: 'podman rm -f of a paused container',
    mark: 'any-runtime',
    notFor: { ocijail: 'has no pause', runj: 'has no pause' },
    program: sleeper,
    steps: [...startReady(), call(['pause', '%{id}']), removeForce(), gone()],
  }),
  defineCase({
    id: 'list.ids-and-json',
    title: 'list -q and list -f json',
    stands: 'runc(8), list: -q prints ids, -f json an array with id, pid, status, bundle',
    mark: 'any-runtime',
    notFor: { runj: 'has no list' },
    program: sleeper,
    steps: [
      call(['list', '-q'], { stdout: '' }),
      ...startReady(),
      create({ n: 2 }),
      check('both are listed', async context => {
        const ids = (await context.runtime('list', '-q')).stdout.trim().split('\n').sort()
        const wanted = ['%{id}', '%{id2}'].map(text => context.expand(text)).sort()
        if (ids.join() !== wanted.join()) context.fail(`list -q: ${ids.join()}`)
        const all = JSON.parse((await context.runtime('list', '-f', 'json')).stdout) as Record<
          string,
          unknown
        >[]
        const first = all.find(one => one.id === context.expand('%{id}')) ?? {}
        if (first.status !== 'running' || first.pid !== Number(context.expand('%{pid}')))
          context.fail(JSON.stringify(all))
        if (first.bundle !== context.expand('%{bundle}')) context.fail(`bundle ${String(first.bundle)}`)
      }),
      removeForce({}, '%{id2}'),
      ...finish,
    ],
  }),
  defineCase({
    id: 'update.nothing',
    title: 'update without a change succeeds on a running container and fails on a stopped one',
    stands:
      'podman: `podman update --env` calls the runtime with `update ID` and no resources (container_internal.go, update)',
    mark: 'jailwright',
    program: sleeper,
    steps: [
      ...startReady(),
      call(['update', '%{id}']),
      state({ status: 'running' }),
      kill('KILL'),
      wait('stopped'),
      call(['update', '%{id}'], { fails: true }),
      remove(),
    ],
  }),
  defineCase({
    id: 'list.columns',
    title: 'list: the columns of runc in their places, pid 0 for a stopped container',
    stands:
      'runc(8), list: ID PID STATUS BUNDLE CREATED OWNER, pid 0 without a process; the first four are also what ocijail prints (ocijail/list.cpp), and scripts take columns by number',
    mark: 'any-runtime',
    notFor: { runj: 'has no list' },
    program: 'exit 0',
    steps: [
      create(),
      start(),
      wait('stopped'),
      check('the row', async context => {
        const [head = '', row = ''] = (await context.runtime('list')).stdout.split('\n')
        if (!/^ID +PID +STATUS +BUNDLE\b/.test(head)) context.fail(head)
        const [id, pid, status, bundle] = row.split(/ +/)
        const wanted = [context.expand('%{id}'), '0', 'stopped', context.expand('%{bundle}')]
        if ([id, pid, status, bundle].join() !== wanted.join()) context.fail(row)
        const [one] = JSON.parse((await context.runtime('list', '-f', 'json')).stdout) as { pid?: unknown }[]
        if (one?.pid !== 0) context.fail(`pid in JSON: ${JSON.stringify(one?.pid)}`)
      }),
      remove(),
    ],
  }),
  defineCase({
    id: 'ps.json-and-table',
    title: "ps lists the container's processes, pids of the host",
    stands: 'runc(8), ps: -f json gives the pids as an array; podman top and cri use it',
    mark: 'any-runtime',
    notFor: { ocijail: 'has no ps', runj: 'has no ps' },
    program: 'sleep %{nap} & echo ready; wait',
    steps: [
      ...startReady(),
      check('two processes, the first among them', async context => {
        const id = context.expand('%{id}')
        const listed = await context.runtime('ps', '-f', 'json', id)
        if (listed.status !== 0) context.fail(listed.stderr)
        const pids = JSON.parse(listed.stdout || '[]') as number[]
        if (pids.length !== 2 || !pids.includes(Number(context.expand('%{pid}'))))
          context.fail(`ps -f json: ${pids.join()}`)
        const table = (await context.runtime('ps', id)).stdout
        if (!table.includes(`sleep ${context.expand('%{nap}')}`)) context.fail(`ps: ${table}`)
      }),
      ...finish,
    ],
  }),
  defineCase({
    id: 'features.json',
    title: 'features prints what the runtime supports as JSON',
    stands: 'features.md: ociVersionMin and ociVersionMax are REQUIRED; hooks and mountOptions are listed',
    mark: 'any-runtime',
    notFor: { runj: 'has no features' },
    steps: [
      call(['features'], {
        json: {
          ociVersionMin: /^1\.0/,
          ociVersionMax: /^1\./,
          hooks: value => Array.isArray(value) && value.includes('createRuntime'),
        },
      }),
    ],
  }),
  defineCase({
    id: 'features.names-unsafe-annotations',
    title: 'features names version 1.3 and the annotations that open the jail',
    stands: 'features.md: potentiallyUnsafeConfigAnnotations; needs A3.17, C.6 (allow.mount, children.max)',
    mark: 'jailwright',
    steps: [
      call(['features'], {
        json: {
          ociVersionMax: /^1\.3/,
          potentiallyUnsafeConfigAnnotations: value =>
            Array.isArray(value) && value.some(one => String(one).startsWith('org.freebsd.jail.')),
        },
      }),
    ],
  }),
  defineCase({
    id: 'features.lists-annotations',
    title: 'features lists the annotations that are taken and those that are refused',
    stands: 'needs A.2.11: "derive the accepted set from the kernel ... list both in features"; A3.17',
    mark: 'jailwright',
    steps: [
      call(['features'], {
        json: {
          annotations: {
            'org.jailwright.annotations': /(^|,)org\.freebsd\.jail\.\*(,|$)/,
            'org.jailwright.annotations.refused': /(^|,)org\.freebsd\.jail\.exec\.\*(,|$)/,
            'org.jailwright.mountOptions.devfs': 'ruleset,rule',
          },
        },
      }),
    ],
  }),
  defineCase({
    id: 'spec.makes-a-bundle',
    title: 'spec writes a config.json that create takes',
    stands: 'runc(8), spec: "creates the new specification file named config.json for the bundle"',
    mark: 'any-runtime',
    notFor: { ocijail: 'has no spec', runj: 'has no spec' },
    steps: [
      check('spec writes config.json', async context => {
        await context.tool('rm', context.expand('%{bundle}/config.json'))
        const answer = await context.runtime('spec', '--bundle', context.expand('%{bundle}'))
        if (answer.status !== 0) context.fail(answer.stderr)
      }),
      {
        do: 'config',
        patch: {
          root: { path: 'root' },
          process: { terminal: false, args: ['/bin/sh', '-c', 'echo from spec'] },
        },
        n: 1,
      },
      create(),
      start(),
      wait('stopped'),
      output(/from spec/),
      remove(),
    ],
  }),
]
