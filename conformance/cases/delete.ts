/** The delete operation (runtime.md, "Delete"). */
import {
  call,
  check,
  create,
  defineCase,
  file,
  finish,
  gone,
  kill,
  output,
  remove,
  removeFile,
  removeForce,
  start,
  startReady,
  state,
  tool,
  wait,
  write,
} from '../harness/define.ts'

/** Cases about `delete`. */
export const deleteCases = [
  defineCase({
    id: 'delete.running-refused',
    title: 'delete of a running container without --force is an error and changes nothing',
    stands:
      'runtime.md, Delete: "Attempting to delete a container that is not stopped MUST have no effect on the container and MUST generate an error"',
    mark: 'any-runtime',
    program: 'echo ready; exec sleep %{nap}',
    steps: [...startReady(), remove({ fails: true }), state({ status: 'running' }), ...finish],
  }),
  defineCase({
    id: 'delete.created',
    title: 'delete of a created container is an error that changes nothing, or deletes it whole',
    stands:
      'runtime.md, Delete: "Attempting to delete a container that is not stopped MUST have no effect on the container and MUST generate an error"; runc and crun delete a created one, whose program never ran',
    mark: 'any-runtime',
    program: 'echo never',
    steps: [
      create(),
      check('one or the other, nothing between', async context => {
        const id = context.expand('%{id}')
        const refused = (await context.runtime('delete', id)).status !== 0
        const state = await context.runtime('state', id)
        if (refused && (state.status !== 0 || !state.stdout.includes('created')))
          context.fail(`refused, but: ${state.stdout}`)
        if (!refused && state.status === 0) context.fail(`deleted, but: ${state.stdout}`)
      }),
      removeForce(),
      gone(),
      output(''),
    ],
  }),
  defineCase({
    id: 'delete.force-running',
    title: 'delete --force of a running container kills it',
    stands:
      'podman calls `delete --force ID` (libpod/oci_conmon_common.go); runc(8): "--force Forcibly kill the container if it is still running"',
    mark: 'any-runtime',
    notFor: { runj: 'has no --force' },
    program: 'trap "" TERM; sleep %{nap} & echo ready; wait',
    steps: [...startReady(), removeForce(), gone()],
  }),
  defineCase({
    id: 'delete.unknown',
    title: 'delete of an unknown container is an error, with --force it is quiet',
    stands:
      'runtime.md, Delete: "This operation MUST generate an error if it is not provided the container ID"; runc(8): --force on a missing one is no error',
    mark: 'any-runtime',
    notFor: { ocijail: 'deletes whatever directory there is', runj: 'has no --force' },
    steps: [
      remove({ fails: true }, 'nosuch-%{unique}'),
      removeForce({ stdout: '', stderr: '' }, 'nosuch-%{unique}'),
      call(['delete'], { fails: true }),
    ],
  }),
  defineCase({
    id: 'delete.path-as-id',
    title: 'delete of a path does not remove the directory',
    stands:
      "ocijail (main.cpp) removed the host's directory with its files on `delete /precious`, seen on FreeBSD 15.1",
    mark: 'any-runtime',
    files: { 'precious/f': 'do not lose me' },
    steps: [
      remove({ fails: true }, '%{dir}/precious'),
      removeForce({ either: true }, '%{dir}/precious'),
      call(['delete', '../precious'], { fails: true }),
      call(['delete', '--force', '../precious'], { either: true }),
      call(['delete', '--force', '.'], { either: true }),
      call(['delete', '--force', '..'], { either: true }),
      file('precious/f', 'do not lose me'),
      file('b1/config.json', 'present'),
    ],
  }),
  defineCase({
    id: 'delete.not-a-container',
    title: 'a directory or link in the place of a container, made by somebody else, is left alone',
    stands:
      "ocijail (main.cpp) removed the host's directory with its files on `delete`, seen on FreeBSD 15.1; what somebody else made is never removed",
    mark: 'jailwright',
    files: { 'keep/f': 'do not lose me' },
    steps: [
      write('%{state}/d-%{unique}/f', 'do not lose me'),
      tool(['ln', '-s', '%{dir}/keep', '%{state}/l-%{unique}']),
      ...['d-%{unique}', 'l-%{unique}'].flatMap(id => [
        remove({ fails: /was not made by/ }, id),
        removeForce({ fails: /was not made by/ }, id),
      ]),
      file('%{state}/d-%{unique}/f', 'do not lose me'),
      file('keep/f', 'do not lose me'),
      removeFile('%{state}/d-%{unique}/f'),
      removeFile('%{state}/d-%{unique}'),
      tool(['rm', '%{state}/l-%{unique}']),
    ],
  }),
  defineCase({
    id: 'delete.twice',
    title: 'a second delete finds nothing',
    stands:
      'runtime.md, Delete: "Deleting a container MUST delete the resources that were created during the create step"; afterwards there is no container',
    mark: 'any-runtime',
    notFor: { ocijail: 'deletes whatever directory there is' },
    program: 'exit 0',
    steps: [create(), start(), wait('stopped'), remove(), remove({ fails: true }), gone()],
  }),
  defineCase({
    id: 'delete.keeps-bundle',
    title: 'delete leaves bundle, root and volumes alone',
    stands:
      'runtime.md, Delete: "Note that resources associated with the container, but not created by this container, MUST NOT be deleted"',
    mark: 'any-runtime',
    files: { 'vol/f': 'volume', 'vol/sub/g': 'deep' },
    rootFiles: { 'etc/mine': 'in the root' },
    config: {
      mounts: [{ destination: '/mnt', type: '%{bind}', source: '%{dir}/vol', options: ['rbind', 'rw'] }],
    },
    program: 'echo written >/mnt/new; exit 0',
    steps: [
      create(),
      start(),
      wait('stopped'),
      remove(),
      file('vol/f', 'volume'),
      file('vol/sub/g', 'deep'),
      file('vol/new', 'written'),
      file('b1/root/etc/mine', 'in the root'),
      file('b1/config.json', 'present'),
    ],
  }),
  defineCase({
    id: 'delete.children-of-the-program',
    title: 'processes that outlive the program are gone after delete',
    stands: 'obuilder#210: daemons survived in a persistent jail; runtime.md, Delete',
    mark: 'any-runtime',
    program: '(exec sleep %{nap}) & echo ready; exit 0',
    steps: [create(), start(), wait('stopped'), remove(), gone()],
  }),
  defineCase({
    id: 'delete.several',
    title: 'delete --force takes several ids',
    stands: 'crun and youki delete several ids in one call, and scripts of administrators do so',
    mark: 'jailwright',
    program: 'exit 0',
    steps: [
      create(),
      create({ n: 2 }),
      call(['delete', '--force', '%{id}', '%{id2}']),
      gone(),
      gone('%{id2}'),
    ],
  }),
  defineCase({
    id: 'delete.killed-then-at-once',
    title: 'delete right after kill KILL succeeds within a moment',
    stands: 'buildah calls `kill ID SIGKILL`, then `delete ID` without --force (run_common.go)',
    mark: 'any-runtime',
    program: 'echo ready; exec sleep %{nap}',
    steps: [
      ...startReady(),
      kill('KILL'),
      check('delete succeeds as soon as the process has ended', async context => {
        await context.until('delete kept failing', async () => {
          return (await context.runtime('delete', context.expand('%{id}'))).status === 0
        })
      }),
      gone(),
    ],
  }),
]
