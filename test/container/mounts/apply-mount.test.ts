import {
  mkdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import tmp from 'tmp'
import { beforeEach, describe, expect, it } from 'vitest'
import { Journal } from '../../../src/container/journal/journal.ts'
import { applyMount } from '../../../src/container/mounts/apply-mount.ts'
import type { MountStep } from '../../../src/translate/core/plan.ts'
import { type FakeHost, fakeHost } from '../fake-host.ts'

let dir: string
let host: FakeHost
let journal: Journal
/** Where nmount(2) was called: working directory and fspath. */
let called: [string, string][]

const step = (): MountStep => ({
  kind: 'mount',
  origin: 'mounts[0]',
  fstype: 'nullfs',
  source: join(dir, 'source'),
  destination: '/vol/file',
  target: 'file',
  options: [],
})
const mount = () =>
  applyMount(host, journal, step(), {
    mountRoot: join(dir, 'root'),
    realRoot: join(dir, 'root'),
    empty: join(dir, 'run/mine/empty'),
  })

/** Has nmount(2) put its mount at a path, in the mount table too. */
function landing(on: (cwd: string, fspath: string) => string | undefined): void {
  host.kernel.nmount = options => {
    const fspath = new Map(options).get('fspath') ?? ''
    // Node remembers its own chdir(2) only.
    const cwd = readlinkSync('/proc/self/cwd')
    called.push([cwd, fspath])
    const path = on(cwd, fspath)
    if (path) host.mounts.push({ path, fstype: 'nullfs', from: join(dir, 'source'), fsid: 'ours' })
  }
}

beforeEach(() => {
  dir = realpathSync(tmp.dirSync({ unsafeCleanup: true }).name)
  for (const name of ['root/vol', 'host', 'run/mine', 'run/other', 'run/.lock'])
    mkdirSync(join(dir, name), { recursive: true })
  for (const name of ['root/vol/file', 'source', 'host/file']) writeFileSync(join(dir, name), name)
  host = fakeHost()
  journal = new Journal(join(dir, 'run/mine/journal.jsonl'))
  called = []
  landing(join)
})

describe('a file mount', () => {
  it('takes place by one name in the directory that was found', () => {
    mount()
    expect(called).toEqual([[join(dir, 'root/vol'), 'file']])
    expect(readlinkSync('/proc/self/cwd')).toBe('/')
  })

  it('is not led elsewhere when the directory is replaced by a link after it was found', () => {
    host.kernel.mountAt = () => {
      renameSync(join(dir, 'root/vol'), join(dir, 'root/moved'))
      symlinkSync(join(dir, 'host'), join(dir, 'root/vol'))
      host.kernel.mountAt = path => host.mounts.findLast(each => each.path === path)
      return undefined
    }
    expect(mount).toThrow(/no such directory|was changed|did not land/)
    expect(called).toEqual([])
  })

  it('is not made on what has taken the place of the file that was found', () => {
    host.kernel.mountAt = () => {
      renameSync(join(dir, 'root/vol/file'), join(dir, 'root/vol/old'))
      symlinkSync(join(dir, 'host/file'), join(dir, 'root/vol/file'))
      return undefined
    }
    expect(mount).toThrow('mounts[0]: ')
    expect(called).toEqual([])
    expect(readFileSync(join(dir, 'host/file'), 'utf8')).toBe('host/file')
  })
})

describe('a mount that landed elsewhere', () => {
  it('is taken away from there', () => {
    landing(() => join(dir, 'host/file'))
    expect(mount).toThrow('mounts[0]: the mount did not land on')
    expect(host.calls).toEqual([`unmount ${join(dir, 'host/file')} force`])
  })

  it('is not taken for one of another container that mounts the same volume, nor for an earlier one of ours', () => {
    const other = { fstype: 'nullfs', from: join(dir, 'source') }
    const undo = (path: string) => ({ op: 'unmount', path, before: undefined, ...other }) as const
    new Journal(join(dir, 'run/other/journal.jsonl')).perform('m', undo('/other/file'), () => undefined)
    journal.perform(
      'm',
      undo('/mine/first'),
      () => undefined,
      () => ({ fsid: 'first' }),
    )
    landing((cwd, fspath) => {
      host.mounts.push({ path: join(dir, 'host/file'), fsid: 'misled', ...other })
      host.mounts.push({ path: '/mine/first', fsid: 'first', ...other })
      host.mounts.push({ path: '/other/file', fsid: 'theirs', ...other })
      return fspath === '' ? cwd : undefined
    })
    expect(mount).toThrow('mounts[0]: the mount did not land on')
    expect(host.mounts.map(({ fsid }) => fsid)).toEqual(['first', 'theirs'])
  })
})
