import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import tmp from 'tmp'
import { beforeEach, expect, it, vi } from 'vitest'
import { restoreTree, saveTree } from '../../../src/container/mounts/copy-up.ts'
import { openHost } from '../../../src/host/index.ts'
import type { Host } from '../../../src/host/types.ts'
import { splitOptions } from '../../../src/translate/mounts/tmpfs-late-options.ts'

/** What Bun's rmSync says of every directory on FreeBSD. */
vi.mock('node:fs', async original => ({
  ...(await original<typeof import('node:fs')>()),
  rmSync: () => {
    throw Object.assign(new Error('EFAULT: bad address in system call argument, rm'), { code: 'EFAULT' })
  },
}))

/** Entries that stand for those of every directory while they are set. */
const endless = vi.hoisted(() => ({
  names: undefined as (() => Generator<{ name: string; kind: 'file' }>) | undefined,
}))
vi.mock('../../../src/host/files.ts', async original => {
  const real = await original<typeof import('../../../src/host/files.ts')>()
  return {
    ...real,
    directoryEntries: (directory: string | number) => endless.names?.() ?? real.directoryEntries(directory),
  }
})

let dir: string
beforeEach(() => {
  dir = tmp.dirSync({ unsafeCleanup: true }).name
  for (const name of ['covered/sub', 'mounted', 'host']) mkdirSync(join(dir, name), { recursive: true })
  writeFileSync(join(dir, 'host/secret'), 'secret')
  writeFileSync(join(dir, 'covered/sub/file'), 'text')
})

const options = {
  early: [],
  size: undefined,
  mode: undefined,
  uid: undefined,
  gid: undefined,
  update: undefined,
}

function copy(host: Host, size?: number): void {
  const limit = { size, property: 'mounts[0]', readonlyPath: false }
  const saved = saveTree(host, openSync(join(dir, 'covered'), 'r'), join(dir, 'saved'), limit)
  restoreTree(host, saved, openSync(join(dir, 'mounted'), 'r'), options)
}

/** A host on which `act` happens just before an entry of that name is opened for the first time. */
function racing(name: string, act: () => void): Host {
  const host = openHost()
  let done = false
  return {
    ...host,
    process: {
      ...host.process,
      openNoFollow: path => {
        if (path === name && !done) {
          done = true
          act()
        }
        return host.process.openNoFollow(path)
      },
    },
  }
}

it('copy-up copies files, directories and links with their modes, and leaves FIFOs out', () => {
  chmodSync(join(dir, 'covered'), 0o1777)
  chmodSync(join(dir, 'covered/sub/file'), 0o4751)
  symlinkSync('/etc/passwd', join(dir, 'covered/link'))
  execFileSync('mkfifo', [join(dir, 'covered/fifo')])
  copy(openHost())
  expect(readdirSync(join(dir, 'mounted')).sort()).toEqual(['link', 'sub'])
  expect(readFileSync(join(dir, 'mounted/sub/file'), 'utf8')).toBe('text')
  expect(statSync(join(dir, 'mounted/sub/file')).mode & 0o7777).toBe(0o4751)
  expect(statSync(join(dir, 'mounted')).mode & 0o7777).toBe(0o1777)
  expect(readlinkSync(join(dir, 'mounted/link'))).toBe('/etc/passwd')
  expect(existsSync(join(dir, 'saved'))).toBe(false)
})

it('copy-up does not read the file that replaced another after it was looked at', () => {
  copy(
    racing('file', () => {
      renameSync(join(dir, 'covered/sub/file'), join(dir, 'away'))
      symlinkSync(join(dir, 'host/secret'), join(dir, 'covered/sub/file'))
    }),
  )
  expect(readdirSync(join(dir, 'mounted/sub'))).toEqual([])
})

it('copy-up does not enter what replaced a directory, and does not wait for a FIFO', () => {
  copy(
    racing('sub', () => {
      renameSync(join(dir, 'covered/sub'), join(dir, 'away'))
      symlinkSync(join(dir, 'host'), join(dir, 'covered/sub'))
    }),
  )
  expect(readdirSync(join(dir, 'mounted'))).toEqual([])
  renameSync(join(dir, 'covered/sub'), join(dir, 'link'))
  writeFileSync(join(dir, 'covered/f'), '')
  copy(
    racing('f', () => {
      renameSync(join(dir, 'covered/f'), join(dir, 'f'))
      execFileSync('mkfifo', [join(dir, 'covered/f')])
    }),
  )
  expect(lstatSync(join(dir, 'covered/f')).isFIFO()).toBe(true)
  expect(readdirSync(join(dir, 'mounted'))).toEqual([])
})

it("copy-up does not fill the host's disk with a sparse file, nor copy more than the tmpfs takes", () => {
  truncateSync(join(dir, 'covered/sub/file'), 2 ** 40)
  expect(() => copy(openHost(), 1024 ** 2)).toThrow(
    'mounts[0]: tmpcopyup: it holds more than the tmpfs may take',
  )
  expect(statSync(join(dir, 'saved/sub/file')).size).toBeLessThanOrEqual(1024 ** 2)
})

it('copy-up does not descend without end', () => {
  const deep = (levels: number) => mkdirSync(join(dir, 'covered', 'd/'.repeat(levels)), { recursive: true })
  deep(128)
  copy(openHost())
  expect(existsSync(join(dir, 'mounted', 'd/'.repeat(128)))).toBe(true)
  deep(129)
  expect(() => copy(openHost())).toThrow('mounts[0]: tmpcopyup: its directories are deeper than 128')
})

it('the options of a tmpfs that is filled are split: those that an update refuses are left out, those that it would clear are repeated', () => {
  const flags = (...names: string[]) => names.map(name => [name, undefined] as const)
  const split = splitOptions([
    ...flags('ro', 'nosuid', 'noexec', 'union', 'nonc'),
    ['mode', '750'],
    ['size', '4096'],
  ])
  expect(split).toMatchObject({ mode: 0o750, size: 4096, update: flags('update', 'ro', 'nosuid', 'noexec') })
  expect(split.early).toEqual([...flags('nosuid', 'noexec'), ['size', '4096']])
  expect(splitOptions(flags('rw', 'union'))).toMatchObject({
    early: flags('rw', 'union'),
    update: undefined,
  })
})

it('copy-up reads no more names of an endless directory than it may copy', () => {
  let read = 0
  endless.names = function* () {
    for (;;) yield { name: `gone${read++}`, kind: 'file' }
  }
  try {
    expect(() => copy(openHost())).toThrow('mounts[0]: tmpcopyup: it holds more than 250000 entries')
  } finally {
    endless.names = undefined
  }
  expect(read).toBe(250_001)
})
