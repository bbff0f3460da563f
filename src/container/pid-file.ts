/** The file of `--pid-file`, which may be in a directory that others can write, such as /tmp. */
import { closeSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

/** The name under which a pid file is written before it gets its own. */
export function temporaryPidFile(path: string): string {
  return join(dirname(path), `.${basename(path)}.jailwright`)
}

/**
 * Writes a pid as a new file that takes the place of what is at `path`: a link or a FIFO that somebody has put there is
 * neither followed nor waited for, and a reader never sees half a number. Throws what open(2) and rename(2) say.
 */
export function writePidFile(path: string, pid: number): void {
  const temporary = temporaryPidFile(path)
  rmSync(temporary, { force: true })
  const fd = openSync(temporary, 'wx', 0o644)
  try {
    writeSync(fd, String(pid))
  } finally {
    closeSync(fd)
  }
  try {
    renameSync(temporary, path)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
}
