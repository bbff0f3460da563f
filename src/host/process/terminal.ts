/** Pseudo terminals and terminal settings. */

import { abi } from '../abi/index.ts'
import { call, check, cString } from '../ffi/index.ts'
import { memory } from '../ffi/memory.ts'
import { openFile, statusOfDescriptor } from '../files.ts'
import { close } from './descriptors.ts'

const O_RDWR = 2
/** At once: nothing that was typed ahead is thrown away, and a terminal that is stopped (^S) does not stop us. */
const TCSANOW = 0
const WINSIZE = 8
/** An id that chown(2) leaves as it is: -1. */
const NO_CHANGE = 0xffffffff

/** posix_openpt(3), grantpt(3), unlockpt(3); both descriptors are close-on-exec, neither becomes controlling. */
export function openPty(): { master: number; slave: number; path: string } {
  const flags = O_RDWR | abi.open.NOCTTY | abi.open.CLOEXEC
  const master = check('posix_openpt', undefined, flags)
  try {
    check('grantpt', undefined, master)
    check('unlockpt', undefined, master)
    const number = memory(4)
    check('ioctl', 'TIOCGPTN', master, abi.ioctl.TIOCGPTN, number)
    const path = `/dev/pts/${number.readInt32LE()}`
    return { master, slave: openSlave(master, path, flags), path }
  } catch (error) {
    close(master)
    throw error
  }
}

/** Linux gives the slave without a path, which may belong to another devpts; FreeBSD has one /dev/pts for all. */
function openSlave(master: number, path: string, flags: number): number {
  if (abi.ioctl.TIOCGPTPEER !== 0) {
    const slave = call('ioctl', master, abi.ioctl.TIOCGPTPEER, flags)
    if (slave !== -1) return slave
  }
  return openFile(path, flags)
}

/** TIOCSCTTY: makes the terminal the controlling one of the calling session leader. */
export function setControllingTerminal(fd: number): void {
  check('ioctl', 'TIOCSCTTY', fd, abi.ioctl.TIOCSCTTY, null)
}

/** See `ProcessCalls.giveTerminal`. By descriptor: what the path leads to can change under a process of a jail. */
export function giveTerminal(path: string, uid: number): void {
  const flags = abi.open.PATH | abi.open.NOFOLLOW | abi.open.CLOEXEC
  const node = call('openat', abi.atFdcwd, cString(path), flags, 0)
  if (node === -1) return
  try {
    const [held, found] = [statusOfDescriptor(0), statusOfDescriptor(node)]
    if (found.kind === 'char' && found.rdev === held.rdev)
      check('fchownat', path, node, cString(''), uid, NO_CHANGE, abi.atEmptyPath)
  } finally {
    close(node)
  }
}

/** TIOCSWINSZ, in characters. */
export function setWindowSize(fd: number, rows: number, columns: number): void {
  const size = memory(WINSIZE)
  size.writeUInt16LE(rows, 0)
  size.writeUInt16LE(columns, 2)
  check('ioctl', 'TIOCSWINSZ', fd, abi.ioctl.TIOCSWINSZ, size)
}

/** TIOCGWINSZ, in characters; ENOTTY when it is no terminal. */
export function getWindowSize(fd: number): { rows: number; columns: number } {
  const size = memory(WINSIZE)
  check('ioctl', 'TIOCGWINSZ', fd, abi.ioctl.TIOCGWINSZ, size)
  return { rows: size.readUInt16LE(0), columns: size.readUInt16LE(2) }
}

/** cfmakeraw(3) on a terminal; gives the former struct termios back. */
export function makeRaw(fd: number): Uint8Array {
  const saved = memory(abi.termiosSize)
  check('tcgetattr', `descriptor ${fd}`, fd, saved)
  const raw = memory(abi.termiosSize)
  raw.set(saved)
  call('cfmakeraw', raw)
  check('tcsetattr', `descriptor ${fd}`, fd, TCSANOW, raw)
  return saved
}

/** Puts back what `makeRaw` gave. */
export function restoreTerminal(fd: number, saved: Uint8Array): void {
  const settings = memory(abi.termiosSize)
  settings.set(saved.subarray(0, abi.termiosSize))
  check('tcsetattr', `descriptor ${fd}`, fd, TCSANOW, settings)
}
