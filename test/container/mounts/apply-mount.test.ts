import {
  mkdirSync,
  readdirSync,
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
import { playBack } from '../../../src/container/undo/play-back.ts'
import { SyscallError } from '../../../src/errors.ts'
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
  it('a file mount takes place by one name in the directory that was found', () => {
    mount()
    expect(called).toEqual([[join(dir, 'root/vol'), 'file']])
    expect(readlinkSync('/proc/self/cwd')).toBe('/')
  })

  /** Does something once, after the destination was found and before it is mounted on. */
  const meanwhile = (act: () => void) => {
    const { mountAt } = host.kernel
    host.kernel.mountAt = path => {
      host.kernel.mountAt = mountAt
      act()
      return mountAt(path)
    }
  }

  it('a file mount is not led out of the root when the directory is replaced by a link after it was found', () => {
    meanwhile(() => {
      renameSync(join(dir, 'root/vol'), join(dir, 'root/moved'))
      symlinkSync(join(dir, 'host'), join(dir, 'root/vol'))
    })
    mount()
    // Walked anew: the link means a directory of the root.
    expect(called).toEqual([[join(dir, 'root', dir, 'host'), 'file']])
  })

  it('a file mount is not made on what has taken the place of the file that was found', () => {
    meanwhile(() => {
      renameSync(join(dir, 'root/vol/file'), join(dir, 'root/vol/old'))
      symlinkSync(join(dir, 'host/file'), join(dir, 'root/vol/file'))
    })
    mount()
    expect(called).toEqual([[join(dir, 'root', dir, 'host'), 'file']])
    expect(readFileSync(join(dir, 'host/file'), 'utf8')).toBe('host/file')
  })

  it('a file mount is given up when its place is changed again and again', () => {
    let turn = 0
    const { mountAt } = host.kernel
    host.kernel.mountAt = path => {
      const file = join(dir, 'root/vol/file')
      renameSync(file, `${file}.${turn++}`)
      writeFileSync(file, '')
      return mountAt(path)
    }
    expect(mount).toThrow(`mounts[0]: ${join(dir, 'root/vol/file')} was changed while it was being mounted`)
    expect(called).toEqual([])
  })
})

describe('a mount on a directory', () => {
  const onDirectory = (): void =>
    applyMount(
      host,
      journal,
      { ...step(), fstype: 'tmpfs', source: 'tmpfs', target: 'dir', destination: '/vol' },
      { mountRoot: join(dir, 'root'), realRoot: join(dir, 'root'), empty: join(dir, 'run/mine/empty') },
    )

  it('a mount on a directory is never tried by its path when the kernel cannot name the directory', () => {
    const tried: string[] = []
    host.kernel.nmount = options => {
      tried.push(new Map(options).get('fspath') ?? '')
      throw new SyscallError('nmount', 'ENOENT', 'No such file or directory', '.')
    }
    expect(onDirectory).toThrow(`mounts[0]: ${join(dir, 'root/vol')} was changed while it was being mounted`)
    expect(tried).toEqual(['.', '.', '.', '.', '.'])
  })

  it('a mount on a directory is made when the kernel can name the directory at another try', () => {
    let tries = 0
    host.kernel.nmount = () => {
      if (++tries < 3) throw new SyscallError('nmount', 'ENOENT', 'No such file or directory', '.')
      host.mounts.push({ path: join(dir, 'root/vol'), fstype: 'tmpfs', from: 'tmpfs', fsid: 'ours' })
    }
    onDirectory()
    expect(journal.pending()[0]?.done).toEqual({ fsid: 'ours' })
  })

  it('a mount on a directory that stands elsewhere is taken away and not tried again', () => {
    let tries = 0
    host.mounts.push({ path: '/tmp', fstype: 'tmpfs', from: 'tmpfs', fsid: 'of the host' })
    host.kernel.nmount = () => {
      tries++
      host.mounts.push({ path: join(dir, 'host'), fstype: 'tmpfs', from: 'tmpfs', fsid: 'ours' })
    }
    expect(onDirectory).toThrow('was changed while it was being mounted')
    expect(tries).toBe(1)
    expect(host.mounts.map(({ fsid }) => fsid)).toEqual(['of the host'])
  })
})

describe('a mount that landed elsewhere', () => {
  it('a mount that landed elsewhere is taken away from there', () => {
    landing(() => join(dir, 'host/file'))
    expect(mount).toThrow('was changed while it was being mounted')
    expect(host.calls).toEqual([`unmount ${join(dir, 'host/file')} force`])
  })

  it('a mount that landed elsewhere is found by its undo alone when create dies in between', () => {
    landing(() => {
      throw new Error('crash')
    })
    const { nmount } = host.kernel
    host.kernel.nmount = options => {
      host.mounts.push({
        path: join(dir, 'host/file'),
        fstype: 'nullfs',
        from: join(dir, 'source'),
        fsid: 'ours',
      })
      nmount(options)
    }
    host.mounts.push({ path: '/other', fstype: 'nullfs', from: join(dir, 'source'), fsid: 'theirs' })
    expect(mount).toThrow('crash')
    expect(playBack(host, journal)).toEqual([])
    expect(host.mounts.map(({ fsid }) => fsid)).toEqual(['theirs'])
  })

  it("a mount that landed elsewhere is told from another container's mount of the same volume and from an earlier own one", () => {
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
    expect(mount).toThrow('was changed while it was being mounted')
    expect(host.mounts.map(({ fsid }) => fsid)).toEqual(['first', 'theirs'])
  })
})

describe('what is made for a mount point', () => {
  const root = (): string => join(dir, 'root')
  const roots = () => ({ mountRoot: root(), realRoot: root(), empty: join(dir, 'run/mine/empty') })
  const made = () =>
    journal
      .pending()
      .map(({ undo }) => (undo.op === 'unmount' ? 'mount' : `${undo.op} ${'path' in undo ? undo.path : ''}`))

  it('a mount point made through a dangling link is recorded under the path at which it was made', () => {
    symlinkSync('/usr/share/zone/info', join(root(), 'localtime'))
    applyMount(host, journal, { ...step(), destination: '/localtime' }, roots())
    expect(made()).toEqual([
      'mount',
      'unlink /usr/share/zone/info',
      'rmdir /usr/share/zone',
      'rmdir /usr/share',
      'rmdir /usr',
    ])
    host.mounts.length = 0
    expect(playBack(host, journal)).toEqual([])
    expect(readdirSync(root()).sort()).toEqual(['localtime', 'vol'])
  })

  it('a mount point made in a volume is not recorded and stays, because other containers may have mounted the volume', () => {
    host.kernel.nmount = () => {
      host.mounts.push({
        path: join(root(), 'vol'),
        fstype: 'nullfs',
        from: join(dir, 'host'),
        fsid: 'volume',
      })
    }
    const volume = { ...step(), source: join(dir, 'host'), destination: '/vol', target: 'dir' } as const
    applyMount(host, journal, volume, roots())
    landing(join)
    applyMount(host, journal, { ...step(), destination: '/vol/sub/f' }, roots())
    expect(made()).toEqual(['mount', 'mount'])
    host.mounts.length = 0
    expect(playBack(host, journal)).toEqual([])
    expect(readdirSync(join(root(), 'vol/sub'))).toEqual(['f'])
  })
})

describe('a mount of a dataset that does not exist', () => {
  const zfs: MountStep = {
    kind: 'mount',
    origin: 'mounts[0]',
    fstype: 'zfs',
    source: 'tank/nosuch',
    destination: '/vol',
    target: 'dir',
    options: [],
  }
  const roots = () => ({
    mountRoot: join(dir, 'root'),
    realRoot: join(dir, 'root'),
    empty: join(dir, 'run/mine/empty'),
  })
  const refuse = (meanwhile?: () => void) => {
    host.kernel.nmount = options => {
      called.push(['', new Map(options).get('fspath') ?? ''])
      meanwhile?.()
      throw new SyscallError('nmount', 'ENOENT', 'No such file or directory', '.')
    }
  }

  it('a mount of a missing dataset fails with the error of the file system', () => {
    refuse()
    expect(() => applyMount(host, journal, zfs, roots())).toThrow(
      /^mounts\[0\]: mount tank\/nosuch \(zfs\) on \/vol: .*No such file or directory/,
    )
    expect(called).toHaveLength(1)
  })

  it('a mount of a missing dataset is tried again when the destination was changed meanwhile', () => {
    let round = 0
    refuse(() => {
      round += 1
      renameSync(join(dir, 'root/vol'), join(dir, `root/vol${round}`))
      mkdirSync(join(dir, 'root/vol'))
    })
    expect(() => applyMount(host, journal, zfs, roots())).toThrow(
      /\/vol was changed while it was being mounted$/,
    )
    expect(called).toHaveLength(5)
  })
})
