import { constants, fstatSync, mkdtempSync, readSync, rmSync, unlinkSync, writeSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { SyscallError } from '../../src/errors.ts'
import { abi } from '../../src/host/abi/index.ts'
import { encodeUnixAddress } from '../../src/host/abi/socket.ts'
import { directoryDescriptors } from '../../src/host/process/descriptors.ts'
import { processCalls as calls } from '../../src/host/process.ts'

const koffi = createRequire(import.meta.url)('koffi') as typeof import('koffi')
const libc = koffi.load('libc.so.6')
const c = {
  socket: libc.func('int socket(int, int, int)'),
  bind: libc.func('int bind(int, void *, unsigned int)'),
  listen: libc.func('int listen(int, int)'),
  accept: libc.func('int accept(int, void *, void *)'),
  recvmsg: libc.func('int64_t recvmsg(int, void *, int)'),
}

let directory: string
const opened: number[] = []
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'terminal-'))
})
afterEach(() => {
  for (const fd of opened.splice(0)) calls.close(fd)
  rmSync(directory, { recursive: true, force: true })
})

/** Makes a listening socket in `directory`; it is bound by its short name, because the whole path may be too long. */
function listener(name: string): { fd: number; path: string } {
  const cwd = process.cwd()
  process.chdir(directory)
  try {
    const fd = c.socket(1, 1, 0) as number
    const { bytes, length } = encodeUnixAddress(abi, name)
    expect(c.bind(fd, bytes, length)).toBe(0)
    expect(c.listen(fd, 1)).toBe(0)
    opened.push(fd)
    return { fd, path: join(directory, name) }
  } finally {
    process.chdir(cwd)
  }
}

/** Gives the bytes and the descriptor that a connection brings. */
function receive(socket: number): { text: string; fd: number } {
  const connection = c.accept(socket, null, null) as number
  opened.push(connection)
  const data = Buffer.from(new ArrayBuffer(256))
  const control = Buffer.from(new ArrayBuffer(24))
  const iovec = Buffer.from(new ArrayBuffer(16))
  iovec.writeBigUInt64LE(koffi.address(data), 0)
  iovec.writeBigUInt64LE(BigInt(data.length), 8)
  const message = Buffer.from(new ArrayBuffer(56))
  message.writeBigUInt64LE(koffi.address(iovec), 16)
  message.writeBigUInt64LE(1n, 24)
  message.writeBigUInt64LE(koffi.address(control), 32)
  message.writeBigUInt64LE(BigInt(control.length), 40)
  const length = Number(c.recvmsg(connection, message, 0))
  expect(control.readBigUInt64LE(0)).toBe(20n)
  expect([control.readInt32LE(8), control.readInt32LE(12)]).toEqual([1, 1])
  const fd = control.readInt32LE(16)
  opened.push(fd)
  return { text: data.toString('utf8', 0, length), fd }
}

/** Reads a line of a pseudo terminal's output, which arrives in pieces. */
function line(master: number): string {
  const buffer = Buffer.alloc(64)
  let text = ''
  while (!text.endsWith('\n')) text += buffer.toString('utf8', 0, readSync(master, buffer))
  return text
}

describe('a pseudo terminal', () => {
  it('a pseudo terminal has two ends, a size and a raw mode', () => {
    const { master, slave, path } = calls.openPty()
    opened.push(master, slave)
    expect(path).toMatch(/^\/dev\/pts\/\d+$/)
    calls.setWindowSize(master, 33, 121)
    expect(calls.getWindowSize(slave)).toEqual({ rows: 33, columns: 121 })

    writeSync(slave, 'a\n')
    expect(line(master)).toBe('a\r\n')
    const saved = calls.makeRaw(slave)
    writeSync(slave, 'b\n')
    expect(line(master)).toBe('b\n')
    calls.restoreTerminal(slave, saved)
    writeSync(slave, 'c\n')
    expect(line(master)).toBe('c\r\n')
  })

  it('the descriptors of a pseudo terminal are close-on-exec, and opening it makes it no controlling terminal', () => {
    const { master, slave } = calls.openPty()
    opened.push(master, slave)
    const fcntl = libc.func('int fcntl(int, int, int)')
    expect([fcntl(master, 1, 0), fcntl(slave, 1, 0)]).toEqual([1, 1])
  })

  it('the calls on terminals name a descriptor that is no terminal', () => {
    const { master, slave } = calls.openPty()
    opened.push(master, slave)
    const { fd } = listener('plain')
    expect(() => calls.getWindowSize(fd)).toThrow('Inappropriate ioctl for device')
    expect(() => calls.makeRaw(fd)).toThrow('Inappropriate ioctl for device')
  })
})

describe('sending a descriptor', () => {
  const terminals = () => {
    const pty = calls.openPty()
    opened.push(pty.master, pty.slave)
    return pty
  }

  it.each([
    ['short', 'console.sock'],
    ['longer than sun_path', `${'n'.repeat(70)}.sock`],
  ])('sendDescriptor hands a terminal over by a %s path and leaves nothing open', (kind, name) => {
    const nested = kind === 'short' ? directory : join(directory, 'd'.repeat(60))
    if (nested !== directory) {
      const target = calls.openBeneath('/', nested, { create: 'dir' })!
      calls.close(target.fd)
      directory = nested
    }
    const { fd: server, path } = listener(name)
    expect(Buffer.byteLength(path) > abi.socket.pathMax).toBe(kind !== 'short')
    const pty = terminals()
    calls.sendDescriptor(path, pty.master, pty.path)
    const got = receive(server)
    expect(got.text).toBe(pty.path)
    expect(fstatSync(got.fd).rdev).toBe(fstatSync(pty.master).rdev)
    // Text that is written to one end comes out of the other, so it is the same terminal.
    writeSync(pty.slave, 'hello\n')
    expect(line(got.fd)).toBe('hello\r\n')
    expect(directoryDescriptors()).toEqual([])
    unlinkSync(path)
  })

  it('a failed sendDescriptor names the socket', () => {
    const pty = terminals()
    const missing = join(directory, 'none')
    const failure = (path: string) => {
      try {
        calls.sendDescriptor(path, pty.master, 'x')
      } catch (error) {
        return error as SyscallError
      }
    }
    expect(failure(missing)).toMatchObject({
      errno: 'ENOENT',
      message: `connect ${missing}: No such file or directory`,
    })
    expect(failure(join(directory, 'x'.repeat(200)))).toMatchObject({ errno: 'ENAMETOOLONG' })
  })
})

describe('descriptors', () => {
  it('directoryDescriptors and closeDirectories find and close directories only', () => {
    const fcntl = libc.func('int openat(int, const char *, int, int)')
    const one = fcntl(-100, directory, constants.O_RDONLY | constants.O_DIRECTORY, 0) as number
    const two = fcntl(-100, directory, abi.open.PATH, 0) as number
    const file = fcntl(-100, '/dev/null', constants.O_RDONLY, 0) as number
    opened.push(file)
    expect(directoryDescriptors().sort()).toEqual([one, two].sort())
    calls.closeDirectories(3)
    expect(directoryDescriptors()).toEqual([])
    expect(fstatSync(file).isCharacterDevice()).toBe(true)
  })

  it('flock locks a file exclusively once, and shared twice', () => {
    const open = libc.func('int openat(int, const char *, int, int)')
    const lock = join(directory, 'lock')
    const [a, b] = [1, 2].map(() => open(-100, lock, constants.O_RDWR | constants.O_CREAT, 0o600) as number)
    opened.push(a!, b!)
    expect(calls.flock(a!, 'exclusive')).toBe(true)
    expect(calls.flock(b!, 'exclusive', { nonBlocking: true })).toBe(false)
    expect(calls.flock(a!, 'shared')).toBe(true)
    expect(calls.flock(b!, 'shared', { nonBlocking: true })).toBe(true)
    expect(() => calls.flock(9999, 'shared')).toThrow('flock descriptor 9999: Bad file descriptor')
  })

  it('mkfifo makes a FIFO, and setBlocking clears O_NONBLOCK', () => {
    const path = join(directory, 'fifo')
    calls.mkfifo(path, 0o600)
    expect(() => calls.mkfifo(path, 0o600)).toThrow(`mkfifo ${path}: File exists`)
    const open = libc.func('int openat(int, const char *, int, int)')
    const fd = open(-100, path, constants.O_RDWR | constants.O_NONBLOCK, 0) as number
    opened.push(fd)
    const flags = libc.func('int fcntl(int, int, int)')
    expect((flags(fd, 3, 0) as number) & constants.O_NONBLOCK).not.toBe(0)
    calls.setBlocking(fd)
    expect((flags(fd, 3, 0) as number) & constants.O_NONBLOCK).toBe(0)
  })

  it('kill names a process that is gone, and refuses a number that is no signal', () => {
    const failure = (pid: number, signal: number) => {
      try {
        calls.kill(pid, signal)
      } catch (error) {
        return (error as SyscallError).errno
      }
    }
    expect(failure(process.pid, 0)).toBeUndefined()
    expect(failure(2 ** 22 + 5, 0)).toBe('ESRCH')
    expect(failure(process.pid, 4711)).toBe('EINVAL')
  })
})
