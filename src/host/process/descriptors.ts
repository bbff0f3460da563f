/** Calls on the process's own descriptors. */

import { abi } from '../abi/index.ts'
import { call, check, cString, lastError } from '../ffi/index.ts'
import { closeFile, listDirectory, openFile, statusOfDescriptor } from '../files.ts'
import { openDirectories } from '../sysctl.ts'

// These numbers are the same on both hosts (fcntl.h, sys/file.h, and unistd.h or linux/close_range.h).
const F_SETFD = 2
const F_GETFL = 3
const F_SETFL = 4
const FD_CLOEXEC = 1
const LOCK_SH = 1
const LOCK_EX = 2
const LOCK_NB = 4
const CLOSE_RANGE_CLOEXEC = 4
const ALL = 0xffffffff

/**
 * Marks every descriptor from `first` on close-on-exec with close_range(2). A kernel without the flag CLOSE_RANGE_CLOEXEC gets
 * a call for each descriptor instead.
 */
export function closeOnExecFrom(first: number): void {
  if (call('close_range', first, ALL, CLOSE_RANGE_CLOEXEC) !== -1) return
  const failure = lastError('close_range')
  if (failure.errno !== 'EINVAL' && failure.errno !== 'ENOSYS') throw failure
  for (let fd = first; fd < 4096; fd++) call('fcntl', fd, F_SETFD, FD_CLOEXEC)
}

/** Clears close-on-exec on one descriptor. */
export function keepOnExec(fd: number): void {
  check('fcntl', `descriptor ${fd}`, fd, F_SETFD, 0)
}

/** dup2(2); the copy stays open when the process calls execve(2). */
export function dup2(from: number, to: number): void {
  check('dup2', `descriptor ${from}`, from, to)
}

/** Clears O_NONBLOCK. The flag belongs to the open file, so the container's program would inherit it with the descriptor. */
export function setBlocking(fd: number): void {
  const flags = check('fcntl', `descriptor ${fd}`, fd, F_GETFL, 0)
  if (flags & abi.open.NONBLOCK) check('fcntl', `descriptor ${fd}`, fd, F_SETFL, flags & ~abi.open.NONBLOCK)
}

/** Sets O_NONBLOCK. The flag belongs to the open file, so this is only for a file that no other process has open. */
export function setNonBlocking(fd: number): void {
  const flags = check('fcntl', `descriptor ${fd}`, fd, F_GETFL, 0)
  check('fcntl', `descriptor ${fd}`, fd, F_SETFL, flags | abi.open.NONBLOCK)
}

/** Gives the descriptors of this process that are directories, without the one that the search itself opens. */
export function directoryDescriptors(): number[] {
  const found = abi.os === 'freebsd' ? openDirectories() : listDirectory('/proc/self/fd').map(Number)
  // On Linux the listing includes the descriptor that it was read with, which is closed by now, so each one is looked at again.
  return found.filter(isDirectory)
}

function isDirectory(fd: number): boolean {
  try {
    return statusOfDescriptor(fd).kind === 'dir'
  } catch {
    return false
  }
}

/** close(2). */
export const close = closeFile

/** Closes every directory descriptor from `first` on, because jail_attach(2) refuses a process that has one open. */
export function closeDirectories(first: number): void {
  for (const fd of directoryDescriptors()) if (fd >= first) call('close', fd)
}

/** fchdir(2). */
export function fchdir(fd: number): void {
  check('fchdir', `descriptor ${fd}`, fd)
}

/** flock(2). Waits for the lock; with `nonBlocking` it gives false instead when another open file holds the lock. */
export function flock(
  fd: number,
  mode: 'exclusive' | 'shared',
  options: { nonBlocking?: boolean } = {},
): boolean {
  const operation = (mode === 'exclusive' ? LOCK_EX : LOCK_SH) | (options.nonBlocking ? LOCK_NB : 0)
  for (;;) {
    if (call('flock', fd, operation) !== -1) return true
    const failure = lastError('flock', `descriptor ${fd}`)
    // flock(2) names the error EWOULDBLOCK, which has the number of EAGAIN on both hosts.
    if (failure.errno === 'EAGAIN' && options.nonBlocking) return false
    if (failure.errno !== 'EINTR') throw failure
  }
}

/** mkfifo(2); the mode is subject to the umask. */
export function mkfifo(path: string, mode: number): void {
  check('mkfifo', path, cString(path), mode)
}

/** open(2) with O_NONBLOCK. */
export function openNonBlocking(path: string, mode: 'read' | 'write'): number {
  return openFile(path, (mode === 'read' ? 0 : 1) | abi.open.NONBLOCK)
}

/**
 * Opens a single name in the working directory for reading. A symbolic link is not followed (ELOOP, on FreeBSD EMLINK), and a
 * FIFO is opened without waiting for a writer.
 */
export function openNoFollow(name: string): number {
  return openFile(name, abi.open.NONBLOCK | abi.open.NOFOLLOW)
}
