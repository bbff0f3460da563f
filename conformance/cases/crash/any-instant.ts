/** A runtime that is killed at any instant, and a disk that becomes full at any instant. */
import { check, defineCase, gone } from '../../harness/define.ts'
import { noMounts, tmp, vol } from './words.ts'

/** A runtime that is killed at any instant, and a disk that becomes full at any instant. */
export const crashAnyInstantCases = [
  defineCase({
    id: 'crash.killed-by-chance',
    title: 'the runtime is killed at twelve moments of create; delete --force leaves nothing each time',
    stands:
      'docs/architecture.md, The journal; ocijail writes state.json in place, so that a crash in the middle leaves one that nobody can read',
    mark: 'jails',
    timeout: 300_000,
    files: { 'vol/f': 'x' },
    config: { mounts: [tmp, vol], annotations: { 'org.freebsd.jail.vnet': 'new' } },
    steps: [
      check('kill after 2, 4, 6 ... ms', async context => {
        const { spawn } = await import('node:child_process')
        const id = context.expand('%{id}')
        for (let moment = 1; moment <= 12; moment += 1) {
          const child = spawn(
            context.expand('%{runtime}'),
            ['--root', context.expand('%{state}'), 'create', '--bundle', context.expand('%{bundle}'), id],
            { stdio: 'ignore' },
          )
          const ended = new Promise(resolve => child.once('exit', resolve))
          await context.sleep(moment * moment * 2)
          child.kill('SIGKILL')
          await ended
          const answer = await context.runtime('delete', '--force', id)
          if (answer.status !== 0) context.fail(`moment ${moment}: delete --force: ${answer.stderr}`)
          await noMounts(context)
          const jails = (await context.tool('jls', 'name')).stdout
          if (jails.includes(context.expand('%{unique}')))
            context.fail(`moment ${moment}: jail left: ${jails}`)
          if ((await context.runtime('state', id)).status === 0) context.fail(`moment ${moment}: state left`)
        }
      }),
    ],
  }),
  defineCase({
    id: 'crash.disk-full',
    title:
      'a disk that is full at ten moments of create leaves nothing, and does not keep a delete from being done',
    stands:
      'docs/architecture.md, The journal: a failed create plays it back, also when the journal itself cannot be written',
    mark: 'jailwright',
    timeout: 300_000,
    files: { 'vol/f': 'x' },
    config: { mounts: [tmp, vol], annotations: { 'org.freebsd.jail.vnet': 'new' } },
    program: 'echo ready; exec sleep %{nap}',
    steps: [
      { do: 'tool', argv: ['mkdir', '-p', '%{state}'], expect: {} },
      { do: 'tool', argv: ['mount', '-t', 'tmpfs', '-o', 'size=262144', 'tmpfs', '%{state}'], expect: {} },
      check('with 0, 4, 8 ... KiB left', async context => {
        const { rmSync, writeFileSync } = await import('node:fs')
        const id = context.expand('%{id}')
        const fill = context.expand('%{state}/.fill')
        const full = (kilobytes: number) => {
          rmSync(fill, { force: true })
          for (let size = 256 - kilobytes; size > 0; size -= 4) {
            try {
              writeFileSync(fill, Buffer.alloc(size * 1024))
              return
            } catch {
              rmSync(fill, { force: true })
            }
          }
        }
        const nothing = async (when: string) => {
          const { stdout } = await context.tool('mount', '-v')
          const lines = stdout.split('\n').filter(line => line.includes(context.expand('%{root}/')))
          const jails = (await context.tool('jls', 'name')).stdout
          if (lines.length > 0 || jails.includes(context.expand('%{unique}')))
            context.fail(`${when}: left: ${lines.join('; ')} ${jails}`)
        }
        let failed = 0
        for (let left = 0; left <= 72; left += 8) {
          full(left)
          const create = await context.runtime('create', '--bundle', context.expand('%{bundle}'), id)
          if (create.status !== 0) {
            failed += 1
            await nothing(`create failed with ${left} KiB left`)
          }
          full(0)
          const deleted = await context.runtime('delete', '--force', id)
          if (deleted.status !== 0) context.fail(`${left} KiB: delete --force: ${deleted.stderr}`)
          await nothing(`deleted with a full disk after ${left} KiB`)
        }
        if (failed === 0 || failed === 10) context.fail(`${failed} of 10 creates failed`)
        rmSync(fill, { force: true })
      }),
      { do: 'tool', argv: ['umount', '%{state}'], expect: {} },
      gone(),
    ],
  }),
  defineCase({
    id: 'crash.commands-killed-by-chance',
    title:
      'start, exec, pause, update, kill and delete are killed in the middle; delete --force leaves nothing',
    stands:
      'docs/architecture.md, The journal: delete --force plays it back after a crash at any instant and leaves nothing',
    mark: 'jails',
    notFor: { ocijail: 'has no update, pause, resume', runj: 'has no exec, update, pause, resume' },
    timeout: 300_000,
    files: { 'vol/f': 'x' },
    config: { mounts: [tmp, vol] },
    program: 'echo ready; exec sleep %{nap}',
    steps: [
      check('each is killed after some milliseconds', async context => {
        const { spawn } = await import('node:child_process')
        const id = context.expand('%{id}')
        const succeeds = async (...args: string[]) => {
          const answer = await context.runtime(...args)
          if (answer.status !== 0) context.fail(`${args.join(' ')}: ${answer.stderr}`)
        }
        const commands: [string[], before?: string[]][] = [
          [['start', id]],
          [
            ['exec', id, '/bin/sh', '-c', 'sleep 60'],
            ['start', id],
          ],
          [
            ['exec', '--detach', id, '/bin/sh', '-c', 'sleep 60'],
            ['start', id],
          ],
          [
            ['update', '--pids-limit', '50', id],
            ['start', id],
          ],
          [
            ['pause', id],
            ['start', id],
          ],
          [
            ['kill', id, 'TERM'],
            ['start', id],
          ],
          [
            ['delete', '--force', id],
            ['start', id],
          ],
        ]
        for (const [command, before] of commands) {
          for (const milliseconds of [8, 30]) {
            const when = `${command.join(' ')}, killed after ${milliseconds} ms`
            await succeeds('create', '--bundle', context.expand('%{bundle}'), id)
            if (before) await succeeds(...before)
            const words = ['--root', context.expand('%{state}'), ...command]
            const child = spawn(context.expand('%{runtime}'), words, { stdio: 'ignore' })
            const ended = new Promise(resolve => child.once('exit', resolve))
            await context.sleep(milliseconds)
            child.kill('SIGKILL')
            await ended
            const answer = await context.runtime('delete', '--force', id)
            if (answer.status !== 0) context.fail(`${when}: delete --force: ${answer.stderr}`)
            await noMounts(context)
            const jails = (await context.tool('jls', 'name')).stdout
            if (jails.includes(context.expand('%{unique}'))) context.fail(`${when}: jail left: ${jails}`)
            if ((await context.runtime('state', id)).status === 0) context.fail(`${when}: state left`)
          }
        }
      }),
      gone(),
    ],
  }),
]
