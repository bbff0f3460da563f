import { mkdirSync, openSync, realpathSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import tmp from 'tmp'
import { beforeEach, describe, expect, it } from 'vitest'
import { isSameObject, lowestMount } from '../../../src/container/mounts/same-object.ts'
import type { MountEntry } from '../../../src/host/types.ts'
import { holderOf } from '../../../src/translate/mounts/mount-table.ts'
import { fakeHost } from '../fake-host.ts'

const mount = (on: string, fsid: string, fstype = 'zfs', from = fsid): MountEntry => ({
  on,
  fsid,
  fstype,
  from,
})
const table = [
  mount('/', 'root'),
  mount('/data', 'data'),
  mount('/data/media', 'media'),
  mount('/jails/c1/vol', 'first', 'nullfs', '/data'),
  mount('/view', 'second', 'nullfs', '/jails/c1/vol'),
]

describe('the file system below every nullfs', () => {
  it('the file system below every nullfs is found from the sources in the mount table', () => {
    expect(lowestMount(table, '/view/x')?.fsid).toBe('data')
    expect(lowestMount(table, '/jails/c1/vol')?.fsid).toBe('data')
    expect(lowestMount(table, '/jails/c1/other')?.fsid).toBe('root')
  })

  it('the file system below a nullfs is not that of a mount below its source, which nullfs does not show', () => {
    const later = [...table, mount('/jails/c1/vol/media', 'third', 'nullfs', '/data/media')]
    expect(lowestMount(later, '/jails/c1/vol/media/x')?.fsid).toBe('media')
    expect(lowestMount(later, '/view/media')?.fsid).toBe('data')
  })

  it('the file system below a nullfs is not that of a later mount on its source', () => {
    const later = [...table, mount('/data', 'over')]
    expect(lowestMount(later, '/view')?.fsid).toBe('data')
    expect(later[holderOf(later, '/data/media')]?.fsid).toBe('over')
  })

  it('the file system below a nullfs is unknown where a unionfs lies between', () => {
    expect(lowestMount([...table, mount('/u', 'union', 'unionfs', '<above>:/data')], '/u')).toBeUndefined()
  })
})

describe('one object', () => {
  let dir: string
  const same = (path: string, entries: readonly MountEntry[], target = join(dir, 'a')) => {
    const host = fakeHost()
    host.kernel.mounts = () => entries
    return isSameObject(host, path, { fd: openSync(target, 'r'), path: target, kind: 'dir', created: [] })
  }
  beforeEach(() => {
    dir = realpathSync(tmp.dirSync({ unsafeCleanup: true }).name)
    for (const name of ['a', 'b']) mkdirSync(join(dir, name))
    symlinkSync(join(dir, 'a'), join(dir, 'link'))
  })

  it('one object is told from another, also by a link', () => {
    expect(same(join(dir, 'a'), [mount('/', 'root')])).toBe(true)
    expect(same(join(dir, 'link'), [mount('/', 'root')])).toBe(true)
    expect(same(join(dir, 'b'), [mount('/', 'root')])).toBe(false)
  })

  it('one object is not recognised by the inode number alone, because the roots of all ZFS datasets have the same', () => {
    const view = join(dir, 'a')
    const other = join(dir, 'link')
    const entries = [mount('/', 'root'), mount(view, 'dataset')]
    // The path leads to the object of the same number, which lies on another file system by the table.
    expect(same(other, [...entries, mount(join(dir, 'b'), 'x')])).toBe(true)
    const host = fakeHost()
    host.kernel.mounts = () => entries
    const target = { fd: openSync(view, 'r'), path: '/elsewhere', kind: 'dir', created: [] } as const
    expect(isSameObject(host, view, target)).toBe(false)
  })

  it('one object is assumed where the kernel tells no file system ids, as in a jail', () => {
    const hidden = '0'.repeat(16)
    const host = fakeHost()
    host.kernel.mounts = () => [mount('/', hidden), mount(join(dir, 'a'), hidden)]
    const target = { fd: openSync(join(dir, 'a'), 'r'), path: '/x', kind: 'dir', created: [] } as const
    expect(isSameObject(host, join(dir, 'a'), target)).toBe(true)
  })
})
