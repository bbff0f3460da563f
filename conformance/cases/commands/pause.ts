/** pause and resume. */
import {
  call,
  check,
  defineCase,
  exec,
  finish,
  gone,
  kill,
  output,
  remove,
  removeForce,
  startReady,
  state,
  wait,
} from '../../harness/define.ts'
import { sleeper } from '../exec/words.ts'

/** pause and resume. */
export const pauseCases = [
  defineCase({
    id: 'pause.and-resume',
    title: 'pause stops every process, resume lets them go on',
    stands: 'podman pause calls `pause` and `resume` (libpod/oci_conmon_common.go); runc: state paused',
    mark: 'any-runtime',
    notFor: { ocijail: 'has no pause', runj: 'has no pause' },
    program: 'echo ready; i=0; while :; do i=$((i+1)); echo $i >/tmp/count; sleep 0.02; done',
    steps: [
      ...startReady(),
      call(['pause', '%{id}']),
      state({ status: 'paused' }),
      check('nothing moves', async context => {
        const count = () => context.read(context.expand('%{root}/tmp/count')).trim()
        // A signal may take a moment to stop a process; a process that goes on never stands still for so long.
        let last = count()
        await context.until(
          () => `it counts on, to ${count()}`,
          async () => {
            const before = last
            await context.sleep(400)
            last = count()
            return last === before
          },
        )
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
    title: 'delete --force ends a paused container',
    stands: 'podman rm -f of a paused container',
    mark: 'any-runtime',
    notFor: { ocijail: 'has no pause', runj: 'has no pause' },
    program: sleeper,
    steps: [...startReady(), call(['pause', '%{id}']), removeForce(), gone()],
  }),
]
