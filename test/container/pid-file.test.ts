import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import tmp from 'tmp'
import { expect, it } from 'vitest'
import { removePidFile, writePidFile } from '../../src/container/pid-file.ts'

const directory = () => tmp.dirSync({ unsafeCleanup: true }).name

it('replaces the file as a whole, through no link', () => {
  const dir = directory()
  const file = { path: join(dir, 'pid'), pid: 42 }
  writeFileSync(join(dir, 'other'), 'other')
  symlinkSync('other', file.path)
  writePidFile(file)
  expect(readFileSync(file.path, 'utf8')).toBe('42')
  expect(readFileSync(join(dir, 'other'), 'utf8')).toBe('other')
  expect(readdirSync(dir).sort()).toEqual(['other', 'pid'])
})

it('leaves nothing when it cannot be put in place', () => {
  const dir = directory()
  mkdirSync(join(dir, 'pid'))
  writeFileSync(join(dir, 'pid', 'x'), '')
  expect(() => writePidFile({ path: join(dir, 'pid'), pid: 42 })).toThrow(/EISDIR|ENOTEMPTY/)
  expect(readdirSync(dir)).toEqual(['pid'])
})

it('is removed only while it holds the pid, and what a crash left beside it goes too', () => {
  const dir = directory()
  const file = { path: join(dir, 'pid'), pid: 42 }
  writeFileSync(file.path, '43')
  writeFileSync(`${file.path}.42`, '')
  removePidFile(file)
  expect(readdirSync(dir)).toEqual(['pid'])
  writePidFile(file)
  removePidFile(file)
  expect(readdirSync(dir)).toEqual([])
  removePidFile(file)
  expect(readdirSync(dir)).toEqual([])
})
