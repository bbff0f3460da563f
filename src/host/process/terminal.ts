/** Pseudo terminals and terminal settings. */

import { abi } from '../abi/index.ts'
import { call, check, cString } from '../ffi/index.ts'
import { memory } from '../ffi/memory.ts'
import { openFile, statusOfDescriptor } from '../files.ts'
import { close } from './descriptors.ts'

const O_RDWR = 2
/**
 * Changes the settings at once (tcsetattr(3)): input that was typed ahead is kept, and output that ^S has stopped is not
 * awaited.
 */
const TCSANOW = 0
const WINSIZE = 8
/** The id -1, with which chown(2) leaves an owner or a group unchanged. */
const NO_CHANGE = 0xffffffff

/**
 * Opens a new pseudo terminal (posix_openpt(2), grantpt(3), unlockpt(3)). Both descriptors are close-on-exec, and the terminal
 * does not become the controlling one of this process.
 */
export function openPty(): { master: number; slave: number; path: string } {
  const flags = O_RDWR | abi.open.NOCTTY | abi.open.CLOEXEC
  const master = check('posix_openpt', undefined, flags)
  try {
    check('grantpt', undefined, master)
    check('unlockpt', undefined, master)
    const number = memory(4)
    check('ioctl', 'TIOCGPTN', master, abi.ioctl.TIOCGPTN, number)
    const path = `/dev/pts/${number.readInt32()}`
    return { master, slave: openSlave(master, path, flags), path }
  } catch (error) {
    close(master)
    throw error
  }
}

/**
 * Opens the slave. Linux opens it through the master (TIOCGPTPEER), because the path may lead into another devpts; FreeBSD has
 * only one /dev/pts, so there the path is right.
 */
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

/**
 * See `ProcessCalls.giveTerminal`. The owner is changed by descriptor, because a process of the jail can change the path
 * meanwhile.
 */
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

/** TIOCSWINSZ: sets the size of a terminal in characters. */
export function setWindowSize(fd: number, rows: number, columns: number): void {
  const size = memory(WINSIZE)
  size.writeUInt16(rows, 0)
  size.writeUInt16(columns, 2)
  check('ioctl', 'TIOCSWINSZ', fd, abi.ioctl.TIOCSWINSZ, size)
}

/** TIOCGWINSZ: gives the size of a terminal in characters; ENOTTY for a descriptor that is no terminal. */
export function getWindowSize(fd: number): { rows: number; columns: number } {
  const size = memory(WINSIZE)
  check('ioctl', 'TIOCGWINSZ', fd, abi.ioctl.TIOCGWINSZ, size)
  return { rows: size.readUInt16(0), columns: size.readUInt16(2) }
}

/** Puts a terminal into raw mode (cfmakeraw(3)), and gives its former struct termios. */
export function makeRaw(fd: number): Uint8Array {
  const saved = memory(abi.termiosSize)
  check('tcgetattr', `descriptor ${fd}`, fd, saved)
  const raw = memory(abi.termiosSize)
  raw.set(saved)
  call('cfmakeraw', raw)
  check('tcsetattr', `descriptor ${fd}`, fd, TCSANOW, raw)
  return saved
}

/** Restores the settings that `makeRaw` gave. */
export function restoreTerminal(fd: number, saved: Uint8Array): void {
  const settings = memory(abi.termiosSize)
  settings.set(saved.subarray(0, abi.termiosSize))
  check('tcsetattr', `descriptor ${fd}`, fd, TCSANOW, settings)
}
