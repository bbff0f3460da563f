/** The file of `--pid-file`, which may be in a directory that others can write, such as /tmp. */
import { closeSync, fstatSync, openSync, readSync, renameSync, unlinkSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { JailwrightError } from '../../errors.ts'
import { writeAll } from '../../host/files.ts'
import type { Host } from '../../host/types.ts'

/** Longer than any pid in decimal. */
const PID_LENGTH = 32

/** The name under which a pid file is written before it gets its own. */
function temporaryPidFile(path: string, pid: number): string {
  return join(dirname(path), `.${basename(path)}.${pid}`)
}

/**
 * Writes a pid as a new file that takes the place of what is at `path`: a link or a FIFO that somebody has put there is
 * neither followed nor waited for, and a reader never sees half a number. Code HOST for what open(2), write(2) and
 * rename(2) say.
 */
export function writePidFile(path: string, pid: number): void {
  try {
    write(path, temporaryPidFile(path, pid), pid)
  } catch (error) {
    // Of node:fs's message, "ENOENT: no such file or directory, open '/dir/.name.77'", what the caller knows.
    const [what] = (error as Error).message.split(', ')
    throw new JailwrightError('HOST', `--pid-file ${path}: ${what}`, { subject: path, cause: error })
  }
}

function write(path: string, temporary: string, pid: number): void {
  removeIfThere(temporary)
  const fd = openSync(temporary, 'wx', 0o644)
  try {
    try {
      writeAll(fd, String(pid))
    } finally {
      closeSync(fd)
    }
    renameSync(temporary, path)
  } catch (error) {
    removeIfThere(temporary)
    throw error
  }
}

/**
 * Removes the pid file while it is this process's: another container may have been given the same path since. Throws
 * what unlink(2) says.
 */
export function removePidFile(host: Host, path: string, pid: number): void {
  removeIfThere(temporaryPidFile(path, pid))
  if (textOf(host, path) === String(pid)) unlinkSync(path)
}

/** Not by rmSync({ force: true }): to that a path below a file is an error, and Bun calls it EFAULT. */
function removeIfThere(path: string): void {
  try {
    unlinkSync(path)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'ENOENT' && code !== 'ENOTDIR') throw error
  }
}

/** The first bytes of a regular file; undefined for anything else, and when there is none. */
function textOf(host: Host, path: string): string | undefined {
  let fd: number
  try {
    fd = host.process.openNoFollow(path)
  } catch {
    return undefined
  }
  try {
    if (!fstatSync(fd).isFile()) return undefined
    const bytes = Buffer.alloc(PID_LENGTH)
    return bytes.toString('latin1', 0, readSync(fd, bytes))
  } finally {
    closeSync(fd)
  }
}
