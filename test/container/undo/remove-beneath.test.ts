import { existsSync, mkdirSync, readdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import tmp from 'tmp'
import { beforeEach, expect, it } from 'vitest'
import { removeBeneath, Trail } from '../../../src/container/undo/remove-beneath.ts'
import { type FakeHost, fakeHost } from '../fake-host.ts'

let root: string
let host: FakeHost
let trail: Trail
let walks: string[]

beforeEach(() => {
  root = tmp.dirSync({ unsafeCleanup: true }).name
  host = fakeHost()
  walks = []
  const { process } = host
  host.process = {
    ...process,
    openBeneath(directory, path, options) {
      walks.push(path)
      return process.openBeneath(directory, path, options)
    },
  }
  trail = new Trail(host)
})

const remove = (path: string, kind: 'dir' | 'file' = 'dir') => removeBeneath(host, trail, root, path, kind)

/** Every directory on the way to a path, the longest first. */
function upwards(path: string): string[] {
  const names = path.split('/').slice(1)
  return names.map((_, at) => `/${names.slice(0, names.length - at).join('/')}`)
}

it('Directories that were made below one another are removed after one walk, however many they are.', () => {
  const path = '/d'.repeat(50)
  mkdirSync(join(root, path), { recursive: true })
  const before = readdirSync('/proc/self/fd').length
  for (const each of upwards(path)) remove(each)
  trail.close()
  expect(readdirSync(root)).toEqual([])
  expect(walks).toHaveLength(1)
  expect(readdirSync('/proc/self/fd')).toHaveLength(before)
})

it('A name elsewhere in the root is walked to anew.', () => {
  for (const path of ['/a/b', '/a/c/d', '/e']) mkdirSync(join(root, path), { recursive: true })
  for (const path of ['/a/b', '/a/c/d', '/a/c', '/a', '/e']) remove(path)
  trail.close()
  expect(readdirSync(root)).toEqual([])
  expect(walks).toEqual(['/a', '/a/c'])
})

it('What is behind a link inside the root is removed where the link leads, and nowhere else.', () => {
  mkdirSync(join(root, 'real/x/made'), { recursive: true })
  mkdirSync(join(root, 'x'))
  symlinkSync('/real/x', join(root, 'l'))
  remove('/l/made')
  // The directory above the link is the root, not the directory above the link's target.
  remove('/x')
  trail.close()
  expect(existsSync(join(root, 'real/x'))).toBe(true)
  expect(readdirSync(join(root, 'real/x'))).toEqual([])
  expect(existsSync(join(root, 'x'))).toBe(false)
})

it('A directory that is replaced by a link to the host after the walk leads no removal out of the root.', () => {
  const outside = tmp.dirSync({ unsafeCleanup: true }).name
  mkdirSync(join(outside, 'b'), { recursive: true })
  mkdirSync(join(root, 'a/b/c'), { recursive: true })
  remove('/a/b/c')
  renameSync(join(root, 'a'), join(root, 'moved'))
  symlinkSync(outside, join(root, 'a'))
  remove('/a/b')
  remove('/a')
  trail.close()
  expect(readdirSync(outside)).toEqual(['b'])
  expect(existsSync(join(root, 'a'))).toBe(true)
})

it('A file with something in it and a directory that is not empty stay.', () => {
  mkdirSync(join(root, 'a/b'), { recursive: true })
  writeFileSync(join(root, 'f'), 'text')
  remove('/f', 'file')
  remove('/a')
  trail.close()
  expect(readdirSync(root).sort()).toEqual(['a', 'f'])
})
