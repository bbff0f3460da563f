import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import tmp from 'tmp'
import { expect, it } from 'vitest'
import { removeTree, writeFileAtomic } from '../../../src/container/state/atomic-file.ts'

const dir = tmp.dirSync({ unsafeCleanup: true }).name

it('removes a directory with all that is in it, and follows no link', () => {
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

it('is not for a file', () => {
  writeFileAtomic(join(dir, 'file'), 'text')
  expect(() => removeTree(join(dir, 'file'))).toThrow('ENOTDIR')
})
