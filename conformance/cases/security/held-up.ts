/** Processes inside a container must not hold up a command of the runtime. */
import { check, create, defineCase, gone, removeForce, startReady } from '../../harness/define.ts'

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
      check('an exec that may never come back', async context => {
        void context.runtime('exec', context.expand('%{id}'), '/bin/sh', '-c', 'echo x')
        await new Promise(resolve => setTimeout(resolve, 1000))
      }),
      removeForce({ timeout: 20_000 }),
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
    timeout: 40_000,
    config: { hooks: { startContainer: [{ path: '/bin/sh', args: ['sh', '-c', 'sleep %{nap}'] }] } },
    program: 'echo never',
    steps: [
      create(),
      check('a start that does not come back', async context => {
        void context.runtime('start', context.expand('%{id}'))
        await new Promise(resolve => setTimeout(resolve, 500))
      }),
      removeForce({ timeout: 30_000 }),
      gone(),
    ],
  }),
]
