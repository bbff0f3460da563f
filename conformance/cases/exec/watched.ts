/** An exec in conmon's hands: who inherits its process, and what conmon learns of one that cannot be started. */
import { check, defineCase, finish, startReady, state, write } from '../../harness/define.ts'
import type { ReapedExec } from '../../harness/host/reaper.ts'
import type { CheckContext, JsonObject, Step } from '../../harness/types.ts'
import { sleeper } from './words.ts'

const conmon =
  "conmon 2.2 (src/conmon.c): a failed `runtime exec` is taken for the program's own end, and only the pid file says that there was a process; without one podman waits for minutes (podman 5.8 on FreeBSD 15.1)"

/** What the reaper prints of an exec of a process file. */
async function watch(context: CheckContext): Promise<ReapedExec> {
  const { selfCommand } = await import('../../harness/host/reaper.ts')
  const [name, ...args] = selfCommand()
  const words = ['%{runtime}', '%{state}', '%{dir}/exec.pid', '%{dir}/process.json', '%{dir}/said', '%{id}']
  const answer = await context.tool(
    name,
    ...args,
    'internal-reap-exec',
    ...words.map(word => context.expand(word)),
  )
  if (answer.status !== 0) context.fail(`the reaper: ${answer.stderr}`)
  return JSON.parse(answer.stdout) as ReapedExec
}

/** An exec of a process file in conmon's way; `judge` gives what is wrong with it. */
function watched(
  process: JsonObject,
  judge: (reaped: ReapedExec, said: string) => string | undefined,
): readonly Step[] {
  return [
    ...startReady(),
    write('process.json', JSON.stringify({ args: ['/bin/sh'], env: ['PATH=/bin'], cwd: '/', ...process })),
    check('exec by a reaper that reads the pid file', async context => {
      const reaped = await watch(context)
      const said = context.read('said')
      const wrong = judge(reaped, said)
      if (wrong !== undefined) context.fail(`${wrong}: ${JSON.stringify(reaped)}, its output: ${said}`)
    }),
    // The container goes on.
    state({ status: 'running' }),
    ...finish,
  ]
}

/** An exec that fails once its process exists: the process itself tells why, and ends with one of these statuses. */
function fails(process: JsonObject, statuses: readonly number[], message: RegExp): readonly Step[] {
  return watched(process, ({ runtime, pid, status }, said) => {
    if (pid === null) return 'no pid file'
    if (status === null) return 'the process of the pid file was not left to the reaper'
    if (!statuses.some(one => status === one << 8))
      return `wait status is none of ${statuses.join(', ')} << 8`
    if (runtime !== status >> 8) return 'the runtime ended with another status than the process'
    return message.test(said) ? undefined : `no message like ${message} on its standard error`
  })
}

const common = {
  stands: conmon,
  mark: 'jails',
  needs: ['native'],
  notFor: { runj: 'has no exec of this form' },
  program: sleeper,
} as const

/** An exec in conmon's hands. */
export const watchedExecCases = [
  defineCase({
    ...common,
    id: 'exec.watched',
    title: "the process of an exec is inherited by the caller's reaper, which gets its exit status",
    stands: 'conmon waits for the pid of the exec pid file itself (conmon: PROC_REAP_ACQUIRE, waitpid)',
    steps: watched({ args: ['/bin/sh', '-c', 'echo from exec; exit 9'] }, ({ runtime, status }, said) => {
      if (runtime !== 0) return 'exec --detach failed'
      if (status !== 9 << 8) return `wait status is not ${9 << 8} (exit 9)`
      return said.trim() === 'from exec' ? undefined : 'other output'
    }),
  }),
  defineCase({
    ...common,
    id: 'exec.watched-no-such-program',
    title: 'an exec of a program that does not exist leaves its pid, its error and status 127 to conmon',
    steps: fails({ args: ['/nosuch'] }, [127], /no such file or directory/i),
  }),
  defineCase({
    ...common,
    id: 'exec.watched-not-in-path',
    title: 'an exec of a program that PATH does not find leaves its pid, its error and status 127 to conmon',
    steps: fails({ args: ['nosuch-program'] }, [127], /executable file not found|no such file or directory/i),
  }),
  defineCase({
    ...common,
    id: 'exec.watched-not-executable',
    title: 'an exec of a file that may not be executed leaves its pid, its error and status 126 to conmon',
    steps: fails({ args: ['/etc/passwd'] }, [126], /permission denied/i),
  }),
  defineCase({
    ...common,
    id: 'exec.watched-no-such-cwd',
    title:
      'an exec in a working directory that does not exist leaves its pid, its error and its status to conmon',
    steps: fails({ args: ['/bin/sh', '-c', 'echo never'], cwd: '/nosuch' }, [1, 126, 127], /nosuch/),
  }),
  defineCase({
    ...common,
    id: 'exec.watched-cwd-is-a-file',
    title: 'an exec in a working directory that is a file leaves its pid, its error and its status to conmon',
    steps: fails(
      { args: ['/bin/sh', '-c', 'echo never'], cwd: '/etc/passwd' },
      [1, 126, 127],
      /passwd|director/i,
    ),
  }),
  defineCase({
    ...common,
    id: 'exec.watched-no-such-user',
    title: 'an exec as a user that cannot be taken on leaves its pid, its error and its status to conmon',
    steps: fails(
      {
        args: ['/bin/sh', '-c', 'echo never'],
        // setgroups(2): EINVAL for more groups than NGROUPS_MAX (1023 on FreeBSD, 65536 where that host is simulated).
        user: { uid: 1001, gid: 1002, additionalGids: Array.from({ length: 70_000 }, (_, n) => 3000 + n) },
      },
      [1, 126, 127],
      /group|user/i,
    ),
  }),
  defineCase({
    ...common,
    id: 'exec.watched-user-without-name',
    title: 'an exec as a user id that no passwd file names is run as that user',
    stands: 'config.md, POSIX-platform User: uid and gid are numbers; nothing looks them up',
    steps: watched(
      { args: ['/bin/sh', '-c', 'id -u; id -g'], user: { uid: 54321, gid: 54322 } },
      ({ runtime, status }, said) => {
        if (runtime !== 0 || status !== 0) return 'it failed'
        return said === '54321\n54322\n' ? undefined : 'other ids'
      },
    ),
  }),
]
