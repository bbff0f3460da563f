/** The file of `--pid-file`. Its directory may be writable by others, such as /tmp. */
import { errnoOf, JailwrightError } from '../../errors.ts'
import { errorText } from '../../host/abi/error-text.ts'
import { closeFile, openFile, removeFile, renameFile, writeText } from '../../host/files.ts'
import { readStart } from '../../host/read-start.ts'
import type { Host } from '../../host/types.ts'
import { basename, dirname, join } from '../../paths.ts'

/** More characters than any pid has. */
const PID_LENGTH = 32

/** Returns the temporary name under which a pid file is written before it is renamed. */
function temporaryPidFile(path: string, pid: number): string {
  return join(dirname(path), `.${basename(path)}.${pid}`)
}

/**
 * Writes a pid to a new file that replaces whatever is at `path`. A link or FIFO that somebody put there is neither
 * followed nor waited for, and a reader never sees half a number.
 * @throws JailwrightError HOST for a failure of open(2), write(2) or rename(2).
 */
export function writePidFile(path: string, pid: number): void {
  try {
    write(path, temporaryPidFile(path, pid), pid)
  } catch (error) {
    const errno = errnoOf(error)
    // The message names the caller's path, because the temporary path means nothing to the caller.
    const what =
      errno === undefined ? (error as Error).message : `${errno}: ${errorText(errno).toLowerCase()}`
    throw new JailwrightError('HOST', `--pid-file ${path}: ${what}`, { subject: path, cause: error })
  }
}

function write(path: string, temporary: string, pid: number): void {
  removeIfThere(temporary)
  const fd = openFile(temporary, 'new', 0o644)
  try {
    try {
      writeText(fd, String(pid))
    } finally {
      closeFile(fd)
    }
    renameFile(temporary, path)
  } catch (error) {
    removeIfThere(temporary)
    throw error
  }
}

/**
 * Removes the pid file when it holds this pid; another container may have been given the same path since.
 * @throws SyscallError of unlink(2).
 */
export function removePidFile(host: Host, path: string, pid: number): void {
  removeIfThere(temporaryPidFile(path, pid))
  const text = readStart(() => host.process.openNoFollow(path), PID_LENGTH)
  if (text === String(pid)) removeFile(path)
}

function removeIfThere(path: string): void {
  try {
    removeFile(path)
  } catch (error) {
    const code = errnoOf(error)
    if (code !== 'ENOENT' && code !== 'ENOTDIR') throw error
  }
}
