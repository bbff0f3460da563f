import { spawn } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import tmp from 'tmp'
import { expect, it, vi } from 'vitest'
import { tryLock } from '../../../src/container/state/lock.ts'
import { SyscallError } from '../../../src/errors.ts'
import * as files from '../../../src/host/files.ts'
import { openHost } from '../../../src/host/index.ts'

vi.mock('../../../src/host/files.ts', { spy: true })

const host = openHost()
const path = () => join(tmp.dirSync({ unsafeCleanup: true }).name, '.lock/web')

it('a lock is held by one holder at a time', () => {
  const file = path()
  const first = tryLock(host, file, 0)
  expect(first).toBeDefined()
  expect(tryLock(host, file, 20)).toBeUndefined()
  first?.release()
  expect(tryLock(host, file, 0)).toBeDefined()
})

it('a lock is lost when the holder has removed its file', () => {
  const file = path()
  const first = tryLock(host, file, 0)
  first?.remove()
  expect(existsSync(file)).toBe(false)
  const second = tryLock(host, file, 0)
  expect(second).toBeDefined()
  expect(existsSync(file)).toBe(true)
})

it('a released lock removes its file when there is no container, and leaves it where there is one', () => {
  const file = path()
  tryLock(host, file, 0)?.release()
  expect(existsSync(file)).toBe(false)
  mkdirSync(join(file, '../../web'))
  tryLock(host, file, 0)?.release()
  expect(existsSync(file)).toBe(true)
})

it('a lock is taken on a read-only disk too', () => {
  const file = path()
  mkdirSync(join(file, '../../web'))
  tryLock(host, file, 0)?.release()
  const readOnly = Object.assign(new Error('EROFS: read-only file system, open'), { code: 'EROFS' })
  const open = vi.mocked(files.openFile).mockImplementationOnce(() => {
    throw readOnly
  })
  const lock = tryLock(host, file, 0)
  expect(open).toHaveBeenLastCalledWith(file, 'read')
  expect(tryLock(host, file, 0)).toBeUndefined()
  lock?.release()
})

it.each(['ENOSPC', 'EDQUOT'])('a lock is taken by its directory when open(2) of its file gives %s', code => {
  const file = path()
  mkdirSync(join(file, '..'))
  const full = (): never => {
    throw new SyscallError('open', code, 'no room', file)
  }
  vi.mocked(files.openFile).mockImplementationOnce(full)
  const first = tryLock(host, file, 0)
  expect(first).toBeDefined()
  vi.mocked(files.openFile).mockImplementationOnce(full)
  expect(tryLock(host, file, 0)).toBeUndefined()
  first?.remove()
  expect(existsSync(join(file, '..'))).toBe(true)
  vi.mocked(files.openFile).mockImplementationOnce(full)
  const second = tryLock(host, file, 0)
  expect(second).toBeDefined()
  second?.release()
})

it('a lock is held until a tool that was started under it has ended', () => {
  const file = path()
  mkdirSync(join(file, '../../web'))
  const first = tryLock(host, file, 0)
  let given: number | undefined
  const guarded = first?.guard({
    ...host,
    run: (_tool, _args, options) => {
      given = options?.keepOpen
      return { status: 0, stdout: '', stderr: '' }
    },
  })
  guarded?.run('ifconfig', ['epair', 'create'])
  expect(given).toBeGreaterThan(2)
  // A child that has the descriptor outlives the one who took the lock.
  const child = spawn('sleep', ['1000'], { stdio: ['ignore', 'ignore', 'ignore', given ?? -1] })
  first?.release()
  expect(tryLock(host, file, 0)).toBeUndefined()
  child.kill('SIGKILL')
  expect(tryLock(host, file, 30_000)).toBeDefined()
})
