/** The pid file, and who inherits the process. */
import { check, create, defineCase, finish, gone } from '../../harness/define.ts'

/** The pid file, and who inherits the process. */
export const pidCases = [
  defineCase({
    id: 'lifecycle.pid-file',
    title: 'the pid file holds the pid that state tells, before and after start',
    stands:
      'conmon reads the pid file and watches that process; runtime.md, State: pid "is the ID of the container process"',
    mark: 'any-runtime',
    program: 'echo ready; exec sleep %{nap}',
    steps: [
      create(),
      check('state and pid file agree in created and running', async context => {
        const pidOf = async () =>
          (JSON.parse((await context.runtime('state', context.expand('%{id}'))).stdout) as { pid: number })
            .pid
        const written = Number(context.expand('%{pid}'))
        if ((await pidOf()) !== written)
          context.fail(`state has pid ${await pidOf()}, the pid file ${written}`)
        await context.runtime('start', context.expand('%{id}'))
        await context.until('no output', () => context.read('out').includes('ready'))
        if ((await pidOf()) !== written)
          context.fail(`after start state has pid ${await pidOf()}, the pid file ${written}`)
        // While execve(2) is at work, a process has no arguments for a moment.
        await context.untilText(
          words => `the pid's process is not the program: ${words}`,
          async () => (await context.tool('ps', '-ww', '-o', 'args=', '-p', String(written))).stdout,
          words => words.includes('sleep'),
        )
      }),
      ...finish,
    ],
  }),
  defineCase({
    id: 'lifecycle.reaper',
    title: "the container's process is inherited by the caller's reaper, which gets its exit status",
    stands:
      'conmon and buildah wait for the pid of the pid file themselves (conmon: PR_SET_CHILD_SUBREAPER / PROC_REAP_ACQUIRE, waitpid)',
    mark: 'any-runtime',
    needs: ['native'],
    notFor: { runj: 'no --root' },
    program: 'exit 9',
    steps: [
      check("a reaper in conmon's way", async context => {
        const { selfCommand } = await import('../../harness/host/reaper.ts')
        const [name, ...args] = selfCommand()
        const fill = (text: string) => context.expand(text)
        const answer = await context.tool(
          name,
          ...args,
          'internal-reap',
          ...['%{runtime}', '%{state}', '%{bundle}', '%{dir}/pid', '%{id}'].map(fill),
        )
        await context.runtime('delete', '--force', fill('%{id}'))
        const said = JSON.parse(answer.stdout || '{}') as {
          created?: number
          started?: number
          status?: number | null
        }
        if (said.created !== 0 || said.started !== 0)
          context.fail(`create or start failed: ${answer.stdout}${answer.stderr}`)
        if (said.status !== 9 << 8) context.fail(`wait status ${said.status}, expected ${9 << 8} (exit 9)`)
      }),
      gone(),
    ],
  }),
]
