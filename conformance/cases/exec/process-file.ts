/** exec --process FILE, as conmon calls it: what the file says, and what the container says where the file is silent. */
import {
  check,
  defineCase,
  exec,
  finish,
  output,
  startReady,
  state,
  waitText,
  write,
} from '../../harness/define.ts'
import type { CreateOptions, JsonObject, Step } from '../../harness/types.ts'

const sleeper = 'echo ready; exec sleep %{nap}'
const notFor = { runj: 'has no exec of this form' }

/** Runs `exec` with a process file of the required properties and those of `process`; the output goes to `eout`. */
const execProcess = (
  process: JsonObject,
  { flags = [], ...options }: CreateOptions = {},
): readonly Step[] => [
  write(
    'process.json',
    JSON.stringify({
      args: ['/bin/sh', '-c', 'echo from exec'],
      env: ['PATH=/bin:/usr/bin', 'A=b'],
      cwd: '/',
      ...process,
    }),
  ),
  exec([], { into: 'eout', flags: ['--process', '%{dir}/process.json', ...flags], ...options }),
]

/** A shell script as `args`. */
const script = (text: string) => ({ args: ['/bin/sh', '-c', text] })

/** exec --process FILE, as conmon calls it: what the file says, and what the container says where the file is silent. */
export const execProcessCases = [
  defineCase({
    id: 'exec.process-file',
    title: 'exec --process FILE --detach --pid-file works as conmon calls it',
    stands: 'conmon: `exec --pid-file P --process F --detach ID` (src/runtime_args.c)',
    mark: 'any-runtime',
    notFor,
    program: sleeper,
    steps: [
      ...startReady(),
      ...execProcess(
        {
          ...script('echo "$A from exec"; exec sleep %{nap}'),
          terminal: false,
          user: { uid: 0, gid: 0 },
        },
        { flags: ['--detach'] },
      ),
      waitText('b from exec', 'eout'),
      check('the pid file holds the pid of the command', async context => {
        const pid = context.read('eout.pid').trim()
        // While execve(2) is at work, a process has no arguments for a moment.
        await context.untilText(
          words => `process ${pid} is ${words}`,
          async () => (await context.tool('ps', '-ww', '-o', 'args=', '-p', pid)).stdout,
          words => words.includes('sleep'),
        )
      }),
      ...finish,
    ],
  }),
  defineCase({
    id: 'exec.groups',
    title: 'exec --process applies user, groups, hard limits and working directory',
    stands: 'config.md, Process applies to exec; conmon --process',
    mark: 'any-runtime',
    notFor,
    program: sleeper,
    steps: [
      ...startReady(),
      ...execProcess({
        ...script('id -u; id -g; ulimit -Hn; pwd; echo "groups $(id -G)"'),
        user: { uid: 1001, gid: 1002, additionalGids: [44] },
        rlimits: [{ type: 'RLIMIT_NOFILE', soft: 222, hard: 333 }],
        cwd: '/tmp',
      }),
      output([/^1001\n1002\n333\n\/tmp\n/, /groups .*\b44\b/], 'eout'),
      ...finish,
    ],
  }),
  defineCase({
    id: 'exec.soft-limits',
    title: 'exec --process applies soft limits below the hard ones',
    stands: 'config.md, POSIX process: rlimits "soft ... value of the limit enforced"',
    mark: 'any-runtime',
    // runc gives its child the limits by prlimit(2) while Go's runtime raises the soft one of descriptors to the hard one.
    notFor: { ...notFor, runc: "1.1 races with Go's runtime for the soft limit of descriptors" },
    program: sleeper,
    steps: [
      ...startReady(),
      ...execProcess({
        ...script('ulimit -Sn; ulimit -Hn'),
        user: { uid: 1001, gid: 1002 },
        rlimits: [{ type: 'RLIMIT_NOFILE', soft: 222, hard: 333 }],
      }),
      output(/^222\n333\n$/, 'eout'),
      ...finish,
    ],
  }),
  defineCase({
    id: 'exec.process-umask',
    title: 'exec --process applies the umask',
    stands:
      'config.md, POSIX-platform User: umask, in a process of exec too; ocijail (process.cpp) gives 0077',
    mark: 'any-runtime',
    notFor: { ...notFor, runc: '1.1 does not apply it in exec' },
    program: sleeper,
    steps: [
      ...startReady(),
      ...execProcess({ ...script('umask'), user: { uid: 0, gid: 0, umask: 0o077 } }),
      output(/^0?077$/m, 'eout'),
      ...finish,
    ],
  }),
  defineCase({
    id: 'exec.process-restrictions',
    title: 'exec --process takes umask and limits that the file leaves out from the container',
    stands: 'CVE-2022-27650 (crun): exec applies the same restrictions as create (groups, limits, umask)',
    // runc 1.1 gives the process the limits of the caller instead.
    mark: 'jailwright',
    config: {
      process: {
        user: { umask: 0o027 },
        rlimits: [{ type: 'RLIMIT_NOFILE', soft: 222, hard: 333 }],
        noNewPrivileges: true,
      },
    },
    program: sleeper,
    steps: [
      ...startReady(),
      ...execProcess(script('id -u; umask; ulimit -Sn; ulimit -Hn'), { into: 'bare' }),
      output(/^0\n0?027\n222\n333\n$/, 'bare'),
      ...execProcess(
        {
          ...script('id -u; umask; ulimit -Sn; ulimit -Hn'),
          user: { uid: 1001, gid: 1002 },
          rlimits: [],
        },
        { into: 'user' },
      ),
      output(/^1001\n0?027\n222\n333\n$/, 'user'),
      ...execProcess(
        {
          ...script('umask; ulimit -Sn; ulimit -Hn'),
          user: { umask: 0o077 },
          rlimits: [{ type: 'RLIMIT_NOFILE', soft: 111, hard: 112 }],
        },
        { into: 'given' },
      ),
      output(/^0?077\n111\n112\n$/, 'given'),
      ...finish,
    ],
  }),
  defineCase({
    id: 'exec.terminal',
    title: 'exec sends the master of its terminal over the console socket',
    stands: 'conmon: `exec --console-socket S --process F --detach`; podman exec -t',
    mark: 'any-runtime',
    needs: ['native'],
    notFor,
    program: sleeper,
    steps: [
      ...startReady(),
      ...execProcess(
        { ...script('test -t 0 && echo is a terminal; exec sleep %{nap}'), terminal: true },
        { flags: ['--detach'], console: true },
      ),
      waitText(/is a terminal/, 'eout'),
      ...finish,
    ],
  }),
  defineCase({
    id: 'exec.socket-missing',
    title: 'exec with a console socket that is not there is an error, and nothing of the command stays',
    stands: 'ocijail (exec.cpp) hangs for ever in create and exec when the console socket cannot be reached',
    mark: 'any-runtime',
    notFor: { ...notFor, ocijail: 'hangs when the console socket cannot be reached; has no ps' },
    program: sleeper,
    steps: [
      ...startReady(),
      ...execProcess(
        { ...script('echo never; exec sleep %{nap}'), terminal: true },
        {
          flags: ['--detach', '--console-socket', '%{dir}/nosuch.sock'],
          fails: /no such file or directory|nosuch\.sock/i,
        },
      ),
      output({ not: /never|nosuch\.sock(.|\n)*nosuch\.sock/ }, 'eout'),
      state({ status: 'running' }),
      check('the first process is the only one', async context => {
        const pid = context.expand('%{pid}')
        await context.untilText(
          said => `${said}, not ${pid} alone`,
          async () => (await context.runtime('ps', '-f', 'json', context.expand('%{id}'))).stdout,
          said => JSON.stringify(JSON.parse(said)) === `[${pid}]`,
        )
      }),
      ...finish,
    ],
  }),
]
