import { execFileSync } from 'node:child_process'
import { lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import tmp from 'tmp'
import { beforeEach, expect, it, vi } from 'vitest'
import { removePidFile, writePidFile } from '../../../src/container/process/pid-file.ts'
import { JailwrightError } from '../../../src/errors.ts'
import * as files from '../../../src/host/files.ts'
import { openHost } from '../../../src/host/index.ts'

vi.mock('../../../src/host/files.ts', { spy: true })

let dir: string
let file: string
beforeEach(() => {
  dir = tmp.dirSync({ unsafeCleanup: true }).name
  file = join(dir, 'pid')
})

it("a pid file replaces a link that somebody has put there, and leaves the link's target", () => {
  writeFileSync(join(dir, 'precious'), 'text')
  symlinkSync(join(dir, 'precious'), file)
  symlinkSync(join(dir, 'precious'), join(dir, '.pid.1234'))
  writePidFile(file, 1234)
  expect(readFileSync(join(dir, 'precious'), 'utf8')).toBe('text')
  expect(lstatSync(file).isFile()).toBe(true)
  expect(readFileSync(file, 'utf8')).toBe('1234')
  expect(readdirSync(dir).sort()).toEqual(['pid', 'precious'])
})

it('a pid file does not wait for a reader of a FIFO', () => {
  execFileSync('mkfifo', [file])
  writePidFile(file, 1234)
  expect(readFileSync(file, 'utf8')).toBe('1234')
})

it('a pid file that cannot be written is reported, and leaves nothing beside it', () => {
  mkdirSync(join(file, 'x'), { recursive: true })
  expect(() => writePidFile(file, 1)).toThrow(/EISDIR|ENOTEMPTY|EEXIST/)
  const path = join(dir, 'none', 'p')
  expect(() => writePidFile(path, 1)).toThrow(
    new JailwrightError('HOST', `--pid-file ${path}: ENOENT: no such file or directory`, { subject: path }),
  )
  expect(readdirSync(dir)).toEqual(['pid'])
})

it('a pid file below a file is refused, and there is nothing to take back there either', () => {
  writeFileSync(file, 'text')
  expect(() => writePidFile(join(file, 'p'), 1)).toThrow(`--pid-file ${join(file, 'p')}: ENOTDIR`)
  removePidFile(openHost(), join(file, 'p'), 1)
  expect(readFileSync(file, 'utf8')).toBe('text')
})

it("a pid file that cannot be written leaves no temporary file, and the message names the caller's path", () => {
  vi.spyOn(files, 'writeText').mockImplementationOnce(() => {
    throw new Error('ENOSPC: no space left on device, write')
  })
  expect(() => writePidFile(file, 12)).toThrow(`--pid-file ${file}: ENOSPC`)
  expect(readdirSync(dir)).toEqual([])
})

it('a pid file is removed while it holds this pid, and left when another container has been given the path since', () => {
  const host = openHost()
  writePidFile(file, 12)
  writeFileSync(join(dir, '.pid.12'), 'cut short')
  removePidFile(host, file, 12)
  expect(readdirSync(dir)).toEqual([])
  writePidFile(file, 123)
  removePidFile(host, file, 12)
  expect(readFileSync(file, 'utf8')).toBe('123')
})

it('a pid file that is no file any more is left, without waiting for a FIFO or following a link', () => {
  const host = openHost()
  execFileSync('mkfifo', [file])
  removePidFile(host, file, 12)
  writeFileSync(join(dir, 'other'), '12')
  symlinkSync(join(dir, 'other'), join(dir, 'link'))
  removePidFile(host, join(dir, 'link'), 12)
  expect(readdirSync(dir).sort()).toEqual(['link', 'other', 'pid'])
})
