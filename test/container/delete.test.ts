import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
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

it('leaves a container of another program alone, even with --force', async () => {
  const root = tmp.dirSync({ unsafeCleanup: true }).name
  const files = layout(root, 'web')
  mkdirSync(files.dir)
  writeFileSync(files.state, '{"pid":77,"jid":5,"bundle":"/b","status":"running","config":{}}')
  const ctx = { root, host: fakeHost(), log: { debugging: false } } as unknown as Context
  await expect(deleteContainers(ctx, { ids: ['web'], force: true })).rejects.toThrow(/not written by/)
  expect(existsSync(files.state)).toBe(true)
})
