/** Processes inside a container must not hold up a command of the runtime. */
import { existsSync } from 'node:fs'
import {
  call,
  check,
  create,
  defineCase,
  gone,
  removeForce,
  start,
  startReady,
  together,
} from '../../harness/define.ts'

/** Processes inside a container must not hold up a command of the runtime. */
export const heldUpCases = [
  defineCase({
    id: 'security.exec-stopped-inside',
    title:
      'a container that stops every process of its jail, an exec among them, is killed and deleted all the same',
    stands:
      'docs/security.md: what is in the jail is not trusted; an exec that it holds up must not keep the container from being deleted',
    mark: 'jails',
    program: 'echo ready; while :; do /bin/kill -STOP -1 2>/dev/null; done',
    steps: [
      ...startReady(),
      together(
        [call(['exec', '%{id}', '/bin/sh', '-c', 'echo x'], { either: true, timeout: 110_000 })],
        [
          check('the exec had the time to come to its hindrance', context => context.sleep(1000)),
          removeForce({ timeout: 110_000 }),
        ],
      ),
      gone(),
    ],
  }),
  defineCase({
    id: 'security.hook-without-end',
    title: 'a hook inside the container that never ends does not keep it from being deleted',
    stands:
      'docs/security.md: what is in the image is not trusted, the program of a startContainer hook neither',
    mark: 'jails',
    notFor: { ocijail: 'not tried', runj: 'knows no startContainer' },
    config: {
      hooks: { startContainer: [{ path: '/bin/sh', args: ['sh', '-c', ': >/tmp/begun; sleep %{nap}'] }] },
    },
    program: 'echo never',
    steps: [
      create(),
      together(
        [start({ either: true, timeout: 110_000 })],
        [
          check('the hook runs', async context => {
            await context.until('the hook did not begin', () =>
              existsSync(context.expand('%{root}/tmp/begun')),
            )
          }),
          removeForce({ timeout: 110_000 }),
        ],
      ),
      gone(),
    ],
  }),
]
