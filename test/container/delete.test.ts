import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import tmp from 'tmp'
import { expect, it } from 'vitest'
import type { Context } from '../../src/container/context.ts'
import { deleteContainers, lockByForce } from '../../src/container/delete.ts'
import { layout } from '../../src/container/layout.ts'
import { fakeHost } from './fake-host.ts'

it('ends the init for which the holder of the lock waits, and then gets it', async () => {
  const root = tmp.dirSync({ unsafeCleanup: true }).name
  const files = layout(root, 'web')
  mkdirSync(files.dir)
  mkdirSync(dirname(files.lock))
  // As a `start` whose init has been stopped from inside the jail.
  const script = 'exec 9>>"$0"; flock 9; sleep 100 9>&- & echo $!; wait'
  const holder = spawn('sh', ['-c', script, files.lock], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [said] = (await once(holder.stdout, 'data')) as [Buffer]
  const pid = Number(said.toString())
  writeFileSync(join(files.dir, 'state.json'), JSON.stringify({ pid, pidStart: 's', status: 'created' }))
  const host = fakeHost()
  host.kernel.processInfo = asked =>
    existsSync(`/proc/${asked}`)
      ? { pid: asked, start: 's', jid: 1, zombie: false, stopped: true }
      : undefined
  const ctx = { root, host, log: { debugging: false } } as unknown as Context
  const lock = lockByForce(ctx, files, 'web', 50)
  expect(existsSync(`/proc/${pid}`)).toBe(false)
  lock.remove()
  expect(existsSync(files.lock)).toBe(false)
})

it('logs the failures before the last one with what to do about them', async () => {
  const root = tmp.dirSync({ unsafeCleanup: true }).name
  mkdirSync(layout(root, 'web').dir)
  writeFileSync(
    layout(root, 'web').state,
    JSON.stringify({ pid: 77, pidStart: 's', jid: 1, status: 'running', jailName: 'web', boot: '' }),
  )
  const host = fakeHost()
  host.processes.set(77, { pid: 77, start: 's', jid: 1, zombie: false, stopped: false })
  const logged: string[] = []
  const log = { debugging: false, error: (text: string) => void logged.push(text) }
  const ctx = { root, host, log } as unknown as Context
  await expect(deleteContainers(ctx, { ids: ['web', 'nope'], force: false })).rejects.toThrow(/not exist/)
  expect(logged).toEqual([
    'cannot delete container "web" that is not stopped: it is running (stop it first, or use --force)',
  ])
})

it.each([true, false])(
  'says what a file in the place of a container is, and leaves it (force %s)',
  async force => {
    const root = tmp.dirSync({ unsafeCleanup: true }).name
    writeFileSync(join(root, 'web'), '')
    const ctx = { root, host: fakeHost(), log: { debugging: false } } as unknown as Context
    await expect(deleteContainers(ctx, { ids: ['web'], force })).rejects.toMatchObject({
      code: 'STATE',
      message: `${join(root, 'web')} is in the place of a container, and is not the directory of one`,
      hint: `remove it: rm ${join(root, 'web')}`,
    })
    expect(readdirSync(root)).toEqual(['web'])
  },
)

it('leaves a container of another program alone, even with --force', async () => {
  const root = tmp.dirSync({ unsafeCleanup: true }).name
  const files = layout(root, 'web')
  mkdirSync(files.dir)
  writeFileSync(files.state, '{"pid":77,"jid":5,"bundle":"/b","status":"running","config":{}}')
  const ctx = { root, host: fakeHost(), log: { debugging: false } } as unknown as Context
  await expect(deleteContainers(ctx, { ids: ['web'], force: true })).rejects.toThrow(/not written by/)
  expect(existsSync(files.state)).toBe(true)
})
