/** The file of `--pid-file`: there with its whole text or not at all, since callers and supervisors poll for it. */
import { readFileSync, renameSync, unlinkSync, writeFileSync } from 'node:fs'

/** The pid of a process, in decimal without a newline, as runc writes it. */
export interface PidFile {
  /** Absolute. */
  path: string
  pid: number
}

/** Made anew (O_EXCL), so that nobody in a shared directory can have it lead elsewhere. */
function unfinished({ path, pid }: PidFile): string {
  return `${path}.${pid}`
}

/** Writes it by rename(2), over a file of that name. Throws what node:fs says. */
export function writePidFile(file: PidFile): void {
  const next = unfinished(file)
  writeFileSync(next, String(file.pid), { mode: 0o644, flag: 'wx' })
  try {
    renameSync(next, file.path)
  } catch (error) {
    unlinkSync(next)
    throw error
  }
}

/** Removes it while it is this process's: another container may have been given the same path since. */
export function removePidFile(file: PidFile): void {
  remove(unfinished(file))
  let text: string
  try {
    text = readFileSync(file.path, 'utf8')
  } catch {
    return
  }
  if (text === String(file.pid)) remove(file.path)
}

function remove(path: string): void {
  try {
    unlinkSync(path)
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    if (!['ENOENT', 'ENOTDIR', 'EROFS', 'EPERM'].includes(code)) throw error
  }
}
