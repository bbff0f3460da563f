import { execFileSync } from 'node:child_process'
import { lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import tmp from 'tmp'
import { beforeEach, expect, it } from 'vitest'
import { writePidFile } from '../../src/container/pid-file.ts'

let dir: string
let file: string
beforeEach(() => {
  dir = tmp.dirSync({ unsafeCleanup: true }).name
  file = join(dir, 'pid')
})

it('replaces a link that somebody has put there, and leaves what it leads to', () => {
  writeFileSync(join(dir, 'precious'), 'text')
  symlinkSync(join(dir, 'precious'), file)
  symlinkSync(join(dir, 'precious'), join(dir, '.pid.jailwright'))
  writePidFile(file, 1234)
  expect(readFileSync(join(dir, 'precious'), 'utf8')).toBe('text')
  expect(lstatSync(file).isFile()).toBe(true)
  expect(readFileSync(file, 'utf8')).toBe('1234')
  expect(readdirSync(dir).sort()).toEqual(['pid', 'precious'])
})

it('does not wait for a reader of a FIFO', () => {
  execFileSync('mkfifo', [file])
  writePidFile(file, 1234)
  expect(readFileSync(file, 'utf8')).toBe('1234')
})

it('says what keeps it, and leaves nothing beside it', () => {
  mkdirSync(join(file, 'x'), { recursive: true })
  expect(() => writePidFile(file, 1)).toThrow(/EISDIR|ENOTEMPTY|EEXIST/)
  expect(readdirSync(dir)).toEqual(['pid'])
})
