import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import tmp from 'tmp'
import { expect, it } from 'vitest'
import { deleteContainers, lockByForce } from '../../src/container/delete.ts'
import { layout } from '../../src/container/state/paths.ts'
import type { RuntimeContext } from '../../src/context.ts'
import { fakeHost } from './fake-host.ts'

const state = {
  jid: 0,
  pid: 0,
  pidStart: '',
  id: 'web',
  status: 'created',
  bundle: '/b',
  jailName: 'web',
  created: '2026-01-01T00:00:00.000Z',
  annotations: {},
}

it('delete --force ends the init for which the holder of the lock waits, and then gets the lock', async () => {
  const root = tmp.dirSync({ unsafeCleanup: true }).name
  const files = layout(root, 'web')
  mkdirSync(files.dir)
  mkdirSync(dirname(files.lock))
  // As a `start` whose init has been stopped from inside the jail.
  const script = 'exec 9>>"$0"; flock 9; sleep 100 9>&- & echo $!; wait'
  const holder = spawn('sh', ['-c', script, files.lock], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [said] = (await once(holder.stdout, 'data')) as [Buffer]
  const pid = Number(said.toString())
  writeFileSync(join(files.dir, 'state.json'), JSON.stringify({ ...state, pid, pidStart: 's' }))
  const host = fakeHost()
  host.kernel.processInfo = asked =>
    existsSync(`/proc/${asked}`)
      ? { pid: asked, start: 's', jid: 1, zombie: false, stopped: true }
      : undefined
  const ctx = { root, host, log: { debugging: false } } as unknown as RuntimeContext
  const lock = lockByForce(ctx, files, 'web', 50)
  expect(existsSync(`/proc/${pid}`)).toBe(false)
  lock.remove()
  expect(existsSync(files.lock)).toBe(false)
})

it('delete logs the failures before the last one with their hints', async () => {
  const root = tmp.dirSync({ unsafeCleanup: true }).name
  mkdirSync(layout(root, 'web').dir)
  writeFileSync(
    layout(root, 'web').state,
    JSON.stringify({ ...state, pid: 77, pidStart: 's', jid: 1, status: 'running', boot: '' }),
  )
  const host = fakeHost()
  host.processes.set(77, { pid: 77, start: 's', jid: 1, zombie: false, stopped: false })
  const logged: string[] = []
  const log = { debugging: false, error: (text: string) => void logged.push(text) }
  const ctx = { root, host, log } as unknown as RuntimeContext
  expect(() => deleteContainers(ctx, { ids: ['web', 'nope'], force: false })).toThrow(/not exist/)
  expect(logged).toEqual([
    'cannot delete container "web" that is not stopped: it is running (stop it first, or use --force)',
  ])
})

it.each([true, false])(
  'says what a file in the place of a container is, and leaves it (force %s)',
  async force => {
    const root = tmp.dirSync({ unsafeCleanup: true }).name
    writeFileSync(join(root, 'web'), '')
    const ctx = { root, host: fakeHost(), log: { debugging: false } } as unknown as RuntimeContext
    expect(() => deleteContainers(ctx, { ids: ['web'], force })).toThrow(
      expect.objectContaining({
        code: 'STATE',
        message: `${join(root, 'web')} was not made by jailwright: it is not a directory`,
        hint: 'nothing was removed; move it out of the directory of --root',
      }),
    )
    expect(readdirSync(root)).toEqual(['web'])
  },
)

it('delete leaves a container of another program alone, even with --force', async () => {
  const root = tmp.dirSync({ unsafeCleanup: true }).name
  const files = layout(root, 'web')
  mkdirSync(files.dir)
  writeFileSync(files.state, '{"pid":77,"jid":5,"bundle":"/b","status":"running","config":{}}')
  const ctx = { root, host: fakeHost(), log: { debugging: false } } as unknown as RuntimeContext
  expect(() => deleteContainers(ctx, { ids: ['web'], force: true })).toThrow(/not written by/)
  expect(existsSync(files.state)).toBe(true)
})

const here = () => {
  const root = tmp.dirSync({ unsafeCleanup: true }).name
  const warnings: string[] = []
  const log = { debugging: false, warn: (text: string) => void warnings.push(text) }
  const host = fakeHost()
  const ctx = { root, host, log } as unknown as RuntimeContext
  const drop = (force: boolean) => deleteContainers(ctx, { ids: ['web'], force })
  return { root, host, warnings, ctx, drop, files: layout(root, 'web') }
}

it('delete --force ends a create that waits for a hook, once its init is gone', async () => {
  const { ctx, files, host } = here()
  mkdirSync(files.dir)
  mkdirSync(dirname(files.lock))
  const script = 'exec 9>>"$0"; flock 9; echo held; exec sleep 100'
  const holder = spawn('sh', ['-c', script, files.lock], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(holder.stdout, 'data')
  const maker = { pid: holder.pid, start: 's' }
  writeFileSync(files.state, JSON.stringify({ ...state, status: 'creating', maker }))
  host.kernel.processInfo = pid =>
    pid === holder.pid && !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
      ? { pid, start: 's', jid: 0, zombie: false, stopped: false }
      : undefined
  lockByForce(ctx, files, 'web', 50).remove()
  expect(existsSync(files.lock)).toBe(false)
})

it.each([true, false])('removes no directory that is not its own, force %s', async force => {
  const { files, drop } = here()
  mkdirSync(`${files.dir}/sub`, { recursive: true })
  writeFileSync(`${files.dir}/a`, 'important')
  expect(() => drop(force)).toThrow(/was not made by jailwright: it holds "a"/)
  expect(readFileSync(`${files.dir}/a`, 'utf8')).toBe('important')
  expect(existsSync(`${files.dir}/sub`)).toBe(true)
})

it.each([true, false])('follows no link in place of the directory, force %s', async force => {
  const { root, files, drop } = here()
  mkdirSync(`${root}/keep`)
  writeFileSync(`${root}/keep/state.json`, JSON.stringify(state))
  symlinkSync(`${root}/keep`, files.dir)
  expect(() => drop(force)).toThrow(/was not made by jailwright: it is not a directory/)
  expect(existsSync(`${root}/keep/state.json`)).toBe(true)
})

it('delete removes what a create left in its first instant', async () => {
  const { files, drop } = here()
  mkdirSync(files.dir)
  writeFileSync(`${files.state}.new`, '{')
  drop(true)
  expect(existsSync(files.dir)).toBe(false)
})

it("delete leaves foreign files in a container's directory, and names them", async () => {
  const { files, drop } = here()
  mkdirSync(files.dir)
  writeFileSync(files.state, JSON.stringify({ ...state, status: 'stopped' }))
  writeFileSync(`${files.dir}/notes`, 'important')
  expect(() => drop(true)).toThrow(/cannot be removed: it holds "notes", which is not ours/)
  expect(readFileSync(`${files.dir}/notes`, 'utf8')).toBe('important')
  expect(existsSync(files.state)).toBe(false)
})

it.each(['null', '[]', '3', '{"pidStart":"1"}', JSON.stringify({ ...state, pid: 'abc' })])(
  'takes a state.json of another form for a damaged one: %s',
  async text => {
    const { files, drop, warnings } = here()
    mkdirSync(files.dir)
    writeFileSync(files.state, text)
    writeFileSync(files.plan, 'null')
    drop(true)
    expect(warnings[0]).toBe(`${files.state} is damaged`)
    expect(existsSync(files.dir)).toBe(false)
  },
)

it("delete is not held up by a FIFO or a directory in place of a container's files", async () => {
  const { files, drop } = here()
  mkdirSync(files.dir)
  execFileSync('mkfifo', [files.state])
  mkdirSync(files.journal)
  drop(true)
  expect(existsSync(files.dir)).toBe(false)
})

it('takes away the read-only root that a lost journal does not tell of, also when --root is a link', () => {
  const real = tmp.dirSync({ unsafeCleanup: true }).name
  const root = `${real}-link`
  symlinkSync(real, root)
  const files = layout(real, 'web')
  mkdirSync(files.root, { recursive: true })
  writeFileSync(files.state, JSON.stringify({ ...state, jid: 7, status: 'stopped', rootfs: '/r', boot: '' }))
  const hooks = { poststop: [] }
  const plan = { jailName: 'web', rootPath: '/r', readonlyRoot: true, steps: [{ kind: 'readonly-root' }] }
  writeFileSync(files.plan, JSON.stringify({ ...plan, hooks, process: {} }))
  const host = fakeHost()
  host.mounts.push({ path: files.root, fstype: 'nullfs', from: '/r', fsid: 'f1' })
  const log = { debugging: false, warn() {}, error() {} }
  const ctx = { root, host, log } as unknown as RuntimeContext
  deleteContainers(ctx, { ids: ['web'], force: true })
  expect(host.mounts).toEqual([])
  expect(existsSync(files.dir)).toBe(false)
  rmSync(root)
})
