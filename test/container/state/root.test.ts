import { lstatSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import tmp from 'tmp'
import { beforeEach, expect, it } from 'vitest'
import { makeRoot, requireRoot } from '../../../src/container/state/root.ts'

let dir: string
beforeEach(() => {
  dir = tmp.dirSync({ unsafeCleanup: true }).name
})

it('the root directory is made with its parents, and its real path is returned', () => {
  symlinkSync(dir, join(dir, 'link'))
  expect(makeRoot(join(dir, 'link/a/b'))).toBe(join(dir, 'a/b'))
  expect(lstatSync(join(dir, 'a/b')).isDirectory()).toBe(true)
  expect(makeRoot(join(dir, 'a/b'))).toBe(join(dir, 'a/b'))
})

it('a root that is a file, or lies below one, is reported by its option', () => {
  const file = join(dir, 'file')
  writeFileSync(file, '')
  for (const root of [file, join(file, 'a'), join(file, 'a/b')])
    expect(() => makeRoot(root)).toThrow(`--root ${root}: not a directory`)
})

it('a user other than root is refused', () => {
  requireRoot(0)
  for (const uid of [1001, undefined]) expect(() => requireRoot(uid)).toThrow(/^operation not permitted/)
})
