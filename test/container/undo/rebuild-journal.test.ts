import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import tmp from 'tmp'
import { beforeEach, expect, it } from 'vitest'
import { type Layout, layout } from '../../../src/container/state/paths.ts'
import { undoEverything } from '../../../src/container/undo/undo-everything.ts'
import type { RuntimeContext } from '../../../src/context.ts'
import { type FakeHost, fakeHost } from '../fake-host.ts'

let host: FakeHost
let files: Layout
let ctx: RuntimeContext
const warnings: string[] = []

/** A jail 7 of root /r, with a devfs and a volume in it. */
beforeEach(() => {
  const root = tmp.dirSync({ unsafeCleanup: true }).name
  host = fakeHost()
  files = layout(root, 'web')
  mkdirSync(files.dir)
  warnings.length = 0
  const log = { warn: (text: string) => void warnings.push(text), error() {} }
  ctx = { root, host, log } as unknown as RuntimeContext
  host.jails.set('web', 7)
  host.mounts.push({ path: '/r/dev', fstype: 'devfs', from: 'devfs', fsid: 'f1' })
  host.mounts.push({ path: '/r/data', fstype: 'nullfs', from: '/other', fsid: 'f2' })
  host.mounts.push({ path: '/r/data', fstype: 'nullfs', from: '/vol', fsid: 'f3' })
  host.mounts.push({ path: '/r/mine', fstype: 'tmpfs', from: 'tmpfs', fsid: 'f4' })
})

function write({ jid = 7, boot = '' }: { jid?: number; boot?: string } = {}): void {
  const state = {
    ...{ jid, pid: 0, pidStart: '', id: 'web', status: 'running', bundle: '/b', rootfs: '/r', boot },
    ...{ jailName: 'web', created: '2026-01-01T00:00:00.000Z', annotations: {} },
  }
  writeFileSync(files.state, JSON.stringify(state))
  const mount = (destination: string, fstype: string) => ({ kind: 'mount', destination, fstype, options: [] })
  const destroy = { tool: 'ifconfig', args: ['%{interface}', 'destroy'], forDescription: 'web:0' }
  const steps = [
    { kind: 'ruleset', name: 'ruleset', preferred: 4000, rules: [] },
    mount('/dev', 'devfs'),
    mount('/data', 'nullfs'),
    mount('/gone', 'nullfs'),
    { kind: 'jail', name: 'web', parameters: [] },
    { kind: 'run', undo: [destroy, { tool: 'ifconfig', args: ['%{epair0}', 'destroy'] }] },
  ]
  const plan = { jailName: 'web', rootPath: '/r', readonlyRoot: false, steps, hooks: {}, process: {} }
  writeFileSync(files.plan, JSON.stringify(plan))
}

it.each(['', '{"n":1,"undo":{"op":"init-gone","ctl":"/nosuch"}}\n'])(
  'a rebuilt journal takes back what state and plan record when the journal is lost or cut: %j',
  journal => {
    write()
    writeFileSync(files.journal, journal)
    undoEverything(ctx, files)
    expect(host.jails.size).toBe(0)
    // One mount for each step: what was there before, and what is in no plan, is another's.
    expect(host.mounts.map(({ fsid }) => fsid)).toEqual(['f2', 'f4'])
    expect(warnings).toEqual([expect.stringContaining('does not tell of jail web')])
    expect(existsSync(files.dir)).toBe(false)
    const order = host.calls.filter(call => /jail_remove|unmount|ifconfig|devfs rule -s/.test(call))
    expect(order).toEqual(['ifconfig -a', 'jail_remove 7', 'unmount /r/data', 'unmount /r/dev'])
  },
)

it('a rebuilt journal leaves a jail of another number or root, and effects of an earlier boot, alone', () => {
  write({ jid: 8 })
  undoEverything(ctx, files)
  expect(host.jails.get('web')).toBe(7)
  mkdirSync(files.dir)
  write({ jid: 8, boot: 'then' })
  host.processes.set(1, { pid: 1, start: 'now', jid: 0, zombie: false, stopped: false })
  host.calls.length = 0
  undoEverything(ctx, files)
  expect(host.calls).toEqual([])
})

it('a rebuilt journal keeps the directory when too little is left to identify the jail and mounts', () => {
  write()
  writeFileSync(files.plan, '')
  expect(() => undoEverything(ctx, files)).toThrow(/do not tell what the container had: \/r\/dev is mounted/)
  writeFileSync(files.state, '')
  expect(() => undoEverything(ctx, files)).toThrow(/jail web may be its own/)
  expect(existsSync(files.state)).toBe(true)
  host.jails.clear()
  undoEverything(ctx, files)
  expect(existsSync(files.dir)).toBe(false)
})

it('a rebuilt journal is empty for a create that had not come to its jail', () => {
  write({ jid: 0 })
  undoEverything(ctx, files)
  expect(host.jails.size).toBe(1)
  expect(host.mounts).toHaveLength(4)
})
