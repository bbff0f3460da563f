/** run: create, start and delete in one. */
import {
  check,
  config,
  defineCase,
  file,
  finish,
  gone,
  output,
  run,
  state,
  waitText,
} from '../../harness/define.ts'

/** run: create, start and delete in one. */
export const runCases = [
  defineCase({
    id: 'lifecycle.run',
    title: 'run prints the output and passes the exit status on',
    stands: "runc(8) and crun(1), run: the exit status is that of the container's process",
    mark: 'any-runtime',
    notFor: { ocijail: 'has no run', runj: 'has no run' },
    program: 'echo from run; exit 7',
    steps: [run({ status: 7 }), output('from run'), gone()],
  }),
  defineCase({
    id: 'lifecycle.run-signal',
    title: 'run gives 128 + n for a program that a signal ended',
    stands: 'runc(8), run: exit status of a process that died by a signal, as shells do',
    mark: 'any-runtime',
    notFor: { ocijail: 'has no run', runj: 'has no run' },
    // The shell's child dies, not the first process, which may be immune to its own signals in a pid namespace.
    program: "sh -c 'kill -KILL $$'; exit $?",
    steps: [run({ status: 137 }), gone()],
  }),
  defineCase({
    id: 'lifecycle.run-detach',
    title: 'run --detach returns while the program goes on',
    stands: 'runc(8), run: --detach',
    mark: 'any-runtime',
    notFor: { ocijail: 'has no run', runj: 'has no run' },
    program: 'echo ready; exec sleep %{nap}',
    steps: [run({ flags: ['--detach'] }), waitText(/ready/), state({ status: 'running' }), ...finish],
  }),
  defineCase({
    id: 'lifecycle.run-cannot-start',
    title: 'run of a program that cannot be started fails and leaves nothing',
    stands: 'runc(8), run; runtime.md, Errors',
    mark: 'any-runtime',
    notFor: { ocijail: 'has no run', runj: 'has no run' },
    config: { process: { args: ['/no/such/program'] } },
    steps: [run({ fails: /no such file or directory|executable file not found/i }), gone()],
  }),
  defineCase({
    id: 'lifecycle.run-status-127',
    title: 'run ends with 127 for a missing program and 126 for one that may not be executed',
    stands:
      'POSIX, Exit Status for Commands: "If a command is not found, the exit status shall be 127. If the command name is found, but it is not an executable utility, the exit status shall be 126"',
    mark: 'jailwright',
    config: { process: { args: ['/no/such/program'] } },
    steps: [
      run({ status: 127 }),
      config({ process: { args: ['/etc/passwd'] } }),
      run({ status: 126 }),
      gone(),
    ],
  }),
  defineCase({
    id: 'lifecycle.run-pid-file',
    title: 'run --pid-file writes the pid while the program runs',
    stands: "runc(8), run: --pid-file; crun's suite, test_pid_file",
    mark: 'any-runtime',
    notFor: { ocijail: 'has no run', runj: 'has no run' },
    program: 'until test -s /tmp/go; do sleep 0.1; done; cat /tmp/go',
    steps: [
      check('the pid file is there while it runs', async context => {
        const { existsSync, readFileSync, writeFileSync } = await import('node:fs')
        const fill = (text: string) => context.expand(text)
        const pidFile = fill('%{dir}/run.pid')
        const ended = context.runtime(
          'run',
          '--bundle',
          fill('%{bundle}'),
          '--pid-file',
          pidFile,
          fill('%{id}'),
        )
        await context.until('no pid file', () => existsSync(pidFile) && readFileSync(pidFile, 'utf8') !== '')
        const pid = readFileSync(pidFile, 'utf8').trim()
        const state = JSON.parse((await context.runtime('state', fill('%{id}'))).stdout) as { pid?: number }
        writeFileSync(fill('%{root}/tmp/go'), 'went\n')
        const { status, stdout } = await ended
        if (status !== 0 || stdout.trim() !== 'went') context.fail(`run: status ${status}, ${stdout}`)
        if (Number(pid) !== state.pid) context.fail(`pid file ${pid}, state ${state.pid}`)
      }),
      gone(),
    ],
  }),
  defineCase({
    id: 'lifecycle.run-pid-file-stays',
    title: 'the pid file of run is still there when run has ended',
    stands: 'runc and crun, run --pid-file: callers read the file after the end too',
    mark: 'any-runtime',
    notFor: { ocijail: 'has no run', runj: 'has no run' },
    program: 'exit 0',
    steps: [run(), file('pid', /^\d+\n?$/), gone()],
  }),
]
