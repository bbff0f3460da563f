/** Signal dispositions, session and process group. */
import { check, create, defineCase, file, gone, output, remove, start, wait } from '../../harness/define.ts'

/** Signals whose default ends the process; each must end a shell that sends it to itself (busybox's survives QUIT). */
const deadly = 'HUP INT ILL TRAP ABRT FPE USR1 SEGV USR2 PIPE ALRM TERM'

/** Signal dispositions, session and process group. */
export const signalCases = [
  defineCase({
    id: 'process.signals-default',
    title: 'every deadly signal has its default action, SIGPIPE too',
    stands:
      'execve(2) keeps ignored signals ignored; a JavaScript engine ignores SIGPIPE, and programs rely on the default',
    mark: 'any-runtime',
    program: `for s in ${deadly}; do sh -c "kill -$s \\$\\$; echo $s survived" 2>/dev/null; done; echo end`,
    steps: [create(), start(), wait('stopped'), output([{ not: /survived/ }, /^end$/m]), remove()],
  }),
  defineCase({
    id: 'process.signals-of-the-caller',
    title: 'signals that the caller ignores have their default action in the program',
    stands: 'execve(2) keeps ignored signals ignored: under nohup(1) no container could be stopped with HUP',
    mark: 'jailwright',
    // A shell cannot set a trap for a signal that was ignored when the shell began (POSIX, trap), so traps tell the
    // disposition. A shell that survives its own signal tells nothing: FreeBSD's sh survives QUIT by default.
    program:
      'for s in HUP INT QUIT TERM USR1; do trap "echo $s arrived >>/said" $s; kill -$s $$; done; echo end >>/said',
    steps: [
      check('create and start by a shell that ignores signals', async context => {
        const fill = (text: string) => context.expand(text)
        const ignoring = async (...words: string[]) => {
          const script = 'trap "" HUP INT QUIT TERM USR1; exec "$@"'
          const command = ['%{runtime}', '--root', '%{state}', ...words].map(fill)
          const answer = await context.tool('/bin/sh', '-c', script, 'sh', ...command)
          if (answer.status !== 0) context.fail(`${words[0]}: ${answer.stderr}`)
        }
        await ignoring('create', '--bundle', '%{bundle}', '--pid-file', '%{dir}/pid', '%{id}')
        await ignoring('start', '%{id}')
      }),
      wait('stopped'),
      file('b1/root/said', 'HUP arrived\nINT arrived\nQUIT arrived\nTERM arrived\nUSR1 arrived\nend'),
      remove(),
      gone(),
    ],
  }),
  defineCase({
    id: 'process.session-of-its-own',
    title: 'the program leads a session of its own',
    stands:
      "a signal typed at the caller's terminal must not reach the container; podman run and conmon rely on it",
    mark: 'any-runtime',
    program: 'echo ready; exec sleep %{nap}',
    steps: [
      create(),
      start(),
      check('the session leader is the program', async context => {
        const pid = context.expand('%{pid}')
        await context.until('not a session leader', async () => {
          const stat = (await context.tool('ps', '-o', 'stat=', '-p', pid)).stdout
          return stat.includes('s')
        })
      }),
    ],
  }),
]
