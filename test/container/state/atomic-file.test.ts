import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import tmp from 'tmp'
import { expect, it } from 'vitest'
import { writeFileAtomic } from '../../../src/container/state/atomic-file.ts'
import { removeTree } from '../../../src/host/files.ts'

const dir = tmp.dirSync({ unsafeCleanup: true }).name

it('the removal of a tree removes all that is in the directory, and follows no link', () => {
  const kept = join(dir, 'kept')
  const gone = join(dir, 'gone')
  mkdirSync(kept)
  writeFileSync(join(kept, 'file'), 'text')
  mkdirSync(join(gone, 'a/b/c'), { recursive: true })
  for (const name of ['a/file', 'a/b/file', 'file']) writeFileSync(join(gone, name), '')
  symlinkSync(kept, join(gone, 'a/link'))
  removeTree(gone)
  expect(existsSync(gone)).toBe(false)
  expect(readdirSync(kept)).toEqual(['file'])
  expect(() => removeTree(gone)).not.toThrow()
})

it('an atomic write replaces a file as a whole, with the requested mode', () => {
  const file = join(dir, 'file')
  writeFileAtomic(file, 'text')
  writeFileAtomic(file, 'other', 0o644)
  expect(readFileSync(file, 'utf8')).toBe('other')
  expect(statSync(file).mode & 0o777).toBe(0o644)
  expect(readdirSync(dir)).not.toContain('file.new')
})
