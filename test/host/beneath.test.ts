import {
  closeSync,
  existsSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { SyscallError } from '../../src/errors.ts'
import { type BeneathOptions, openBeneath } from '../../src/host/beneath.ts'
import { runFixture } from './run-fixture.ts'

let outside: string
let root: string

beforeEach(() => {
  outside = mkdtempSync(join(tmpdir(), 'beneath-'))
  root = join(outside, 'root')
  mkdirSync(join(root, 'etc/deep'), { recursive: true })
  writeFileSync(join(root, 'etc/file'), 'inside')
  writeFileSync(join(outside, 'secret'), 'outside')
})
afterEach(() => rmSync(outside, { recursive: true, force: true }))

/** Gives the result without its descriptor, and checks that the descriptor is one of the object at `path`. */
function find(destination: string, options?: BeneathOptions) {
  const target = openBeneath(root, destination, options)
  if (target === undefined) return undefined
  const { fd, path, kind, created } = target
  expect(fstatSync(fd).ino).toBe(statSync(path).ino)
  expect(path === root || path.startsWith(`${root}/`)).toBe(true)
  closeSync(fd)
  return { path: path.slice(root.length) || '/', kind, created: created.map(each => each.slice(root.length)) }
}

function failure(destination: string, options?: BeneathOptions): SyscallError {
  try {
    find(destination, options)
  } catch (error) {
    return error as SyscallError
  }
  throw new Error('no failure')
}

function openDescriptors(): number {
  return readdirSync('/proc/self/fd').length
}

describe('resolving inside a root', () => {
  it.each([
    ['/etc/file', '/etc/file', 'file'],
    ['etc//deep/.', '/etc/deep', 'dir'],
    ['/', '/', 'dir'],
    ['', '/', 'dir'],
    ['/../../../../etc/deep/../file', '/etc/file', 'file'],
  ])('the path %s is resolved to %s', (destination, path, kind) => {
    expect(find(destination)).toEqual({ path, kind, created: [] })
  })

  it('absolute links, links upwards and links to links are resolved inside the root', () => {
    symlinkSync('/etc', join(root, 'absolute'))
    symlinkSync('../../../../../../etc/deep', join(root, 'etc/up'))
    symlinkSync('absolute/up/..', join(root, 'twice'))
    symlinkSync(outside, join(root, 'host'))
    expect(find('/absolute/file')?.path).toBe('/etc/file')
    expect(find('/etc/up')?.path).toBe('/etc/deep')
    expect(find('/twice')?.path).toBe('/etc')
    // Inside the root the link's target, a path of the host, does not exist.
    expect(find('/host/secret')).toBeUndefined()
    expect(readFileSync(join(outside, 'secret'), 'utf8')).toBe('outside')
  })

  it('a loop of links ends with ELOOP, which names the destination', () => {
    symlinkSync('b', join(root, 'a'))
    symlinkSync('a', join(root, 'b'))
    expect(failure('/a')).toMatchObject({ errno: 'ELOOP', message: expect.stringContaining('/a in ') })
    expect(failure('/a/x', { create: 'dir' }).errno).toBe('ELOOP')
  })

  it('40 links are followed, and 41 are refused', () => {
    symlinkSync('etc/file', join(root, 'l1'))
    for (let n = 2; n <= 41; n++) symlinkSync(`l${n - 1}`, join(root, `l${n}`))
    expect(find('/l40')?.path).toBe('/etc/file')
    expect(failure('/l41').errno).toBe('ELOOP')
  })

  it('a file on the way is refused, directly or behind a link', () => {
    symlinkSync('file', join(root, 'etc/link'))
    for (const options of [{}, { create: 'dir' }] as const) {
      expect(failure('/etc/file/x', options)).toMatchObject({
        errno: 'ENOTDIR',
        message: expect.stringContaining('/etc/file/x'),
      })
      expect(failure('/etc/link/x', options).errno).toBe('ENOTDIR')
      expect(failure('/etc/link/../x', options).errno).toBe('ENOTDIR')
    }
  })

  it('a path with a NUL is refused, because C would take the NUL for the end', () => {
    expect(() => find('/etc/file\0/../../x')).toThrow('NUL')
  })

  it('a socket is told apart from a file', async () => {
    const server = createServer().listen(join(root, 'etc/socket'))
    await new Promise(done => server.once('listening', done))
    expect(find('/etc/socket')?.kind).toBe('socket')
    server.close()
  })
})

describe('making what is missing', () => {
  it('missing directories get mode 0755 and the last component its own mode, whatever the umask is', () => {
    const umask = process.umask(0o077)
    const told: string[] = []
    try {
      const options = {
        create: 'file',
        mode: 0o640,
        onCreate: (path: string, _: 'dir' | 'file', make: () => void) => {
          told.push(path)
          make()
        },
      } as const
      expect(find('/etc/new/two/f', options)).toEqual({
        path: '/etc/new/two/f',
        kind: 'file',
        created: ['/etc/new', '/etc/new/two', '/etc/new/two/f'],
      })
    } finally {
      process.umask(umask)
    }
    expect(told.map(path => path.slice(root.length))).toEqual(['/etc/new', '/etc/new/two', '/etc/new/two/f'])
    expect(statSync(join(root, 'etc/new')).mode & 0o7777).toBe(0o755)
    expect(statSync(join(root, 'etc/new/two/f')).mode & 0o7777).toBe(0o640)
  })

  it('without create, nothing is made', () => {
    expect(find('/etc/none/x')).toBeUndefined()
    expect(existsSync(join(root, 'etc/none'))).toBe(false)
  })

  it('the target of a dangling link is made inside the root', () => {
    symlinkSync('/run/secrets/key', join(root, 'etc/key'))
    symlinkSync('../../../../../tmp/evil', join(root, 'etc/evil'))
    expect(find('/etc/key', { create: 'file' })?.created).toEqual([
      '/run',
      '/run/secrets',
      '/run/secrets/key',
    ])
    expect(find('/etc/evil', { create: 'dir' })?.path).toBe('/tmp/evil')
    expect(lstatSync(join(root, 'etc/key')).isSymbolicLink()).toBe(true)
  })

  it('an existing object stays as it is, and its kind is told', () => {
    expect(find('/etc/file', { create: 'dir' })).toEqual({ path: '/etc/file', kind: 'file', created: [] })
    expect(find('/etc/deep', { create: 'file' })?.kind).toBe('dir')
  })

  it('a walk that fails removes what it has made', () => {
    symlinkSync('loop', join(root, 'loop'))
    expect(failure('/fresh/../loop', { create: 'dir' }).errno).toBe('ELOOP')
    expect(existsSync(join(root, 'fresh'))).toBe(false)
  })
})

it('openBeneath works in a process of its own', () => {
  symlinkSync('/var/../new', join(root, 'etc/link'))
  mkdirSync(join(root, 'var'))
  const done = runFixture('beneath', [root, '../etc/link/f'])
  expect(JSON.parse(done.stdout)).toEqual({
    fd: 0,
    path: join(root, 'new/f'),
    kind: 'file',
    created: [join(root, 'new'), join(root, 'new/f')],
    umask: 0o077,
  })
  expect(statSync(join(root, 'new')).mode & 0o777).toBe(0o755)
  expect(statSync(join(root, 'new/f')).mode & 0o777).toBe(0o666)
})

it('a walk never leaves the root and leaves no descriptor open, whatever the links are', () => {
  const name = fc.constantFrom('a', 'b', 'c', 'd')
  const hop = fc.constantFrom('a', 'b', 'c', 'd', '..', '.', '', '../..')
  const path = fc
    .tuple(fc.boolean(), fc.array(hop, { minLength: 1, maxLength: 6 }))
    .map(([absolute, hops]) => (absolute ? '/' : '') + hops.join('/') || '/')
  const entry = fc.record({ at: fc.array(name, { minLength: 1, maxLength: 3 }), link: fc.option(path) })
  fc.assert(
    fc.property(
      fc.array(entry, { maxLength: 8 }),
      path,
      fc.constantFrom(undefined, 'dir', 'file'),
      (entries, destination, create) => {
        rmSync(root, { recursive: true, force: true })
        mkdirSync(root)
        for (const { at, link } of entries) {
          // An object that cannot be made is left out, so that the tree stands on real directories only.
          try {
            if (link === null) mkdirSync(join(root, ...at), { recursive: true })
            else {
              mkdirSync(join(root, ...at.slice(0, -1)), { recursive: true })
              if (lstatsBelow(at.slice(0, -1))) symlinkSync(link, join(root, ...at))
            }
          } catch {}
        }
        const before = openDescriptors()
        const around = readdirSync(outside).sort()
        try {
          find(destination, { create })
        } catch (error) {
          expect(['ELOOP', 'ENOTDIR']).toContain((error as SyscallError).errno)
        }
        expect(openDescriptors()).toBe(before)
        expect(readdirSync(outside).sort()).toEqual(around)
      },
    ),
    { numRuns: 300 },
  )
})

function lstatsBelow(names: readonly string[]): boolean {
  return names.every((_, index) => lstatSync(join(root, ...names.slice(0, index + 1))).isDirectory())
}

it('an object is removed in the directory where it was made, not where its path leads by then', () => {
  mkdirSync(join(root, 'vol'))
  mkdirSync(join(outside, 'host/new'), { recursive: true })
  const swapped = () =>
    openBeneath(root, '/vol/new/deep', {
      create: 'dir',
      onCreate: (path, _, make) => {
        if (!path.endsWith('/deep')) return make()
        renameSync(join(root, 'vol'), join(root, 'moved'))
        symlinkSync(join(outside, 'host'), join(root, 'vol'))
        throw new Error('stop')
      },
    })
  const before = openDescriptors()
  expect(swapped).toThrow('stop')
  expect(openDescriptors()).toBe(before)
  expect(existsSync(join(outside, 'host/new'))).toBe(true)
  expect(existsSync(join(root, 'moved/new'))).toBe(false)
})
