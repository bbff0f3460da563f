/** run: create, start and delete in one. */
import { config, defineCase, finish, gone, output, run, state, waitText } from '../../harness/define.ts'

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
    // The shell's child dies, not the first process: that one may be immune to its own signals in a pid namespace.
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
    stands: 'design, Command line: "126/127 as shells do"',
    mark: 'jailwright',
    config: { process: { args: ['/no/such/program'] } },
    steps: [
      run({ status: 127 }),
      config({ process: { args: ['/etc/passwd'] } }),
      run({ status: 126 }),
      gone(),
    ],
  }),
]
