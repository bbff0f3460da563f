/**
 * /dev/fd: Linux shows the descriptors of a process in proc only. So a directory that offers them has its own instance of
 * proc, below a name that listings leave out, which shows a process only those that it may inspect.
 */
import fs from 'node:fs'
import path from 'node:path'
import { LibcError, MS, mount, umount } from '../../libc.ts'
import { HIDDEN_PROC } from '../../print/listing.ts'

/** hidepid exempts one group, by default group 0; this group has no members. */
export const NOBODYS_GID = 2_147_483_000

/** The target of a link to descriptor `fd`, relative to the directory for which `showDescriptors` was called. */
export function descriptorLink(fd: number): string {
  return `${HIDDEN_PROC}/self/fd/${fd}`
}

/** Makes the links to descriptors in a directory work. */
export function showDescriptors(dir: string): void {
  const proc = path.join(dir, HIDDEN_PROC)
  fs.mkdirSync(proc, { recursive: true })
  const flags = MS.RDONLY | MS.NOSUID | MS.NODEV | MS.NOEXEC
  for (const options of [`subset=pid,hidepid=invisible,gid=${NOBODYS_GID}`, `hidepid=2,gid=${NOBODYS_GID}`]) {
    try {
      mount('proc', proc, 'proc', flags, options)
      return
    } catch (error) {
      if (!(error instanceof LibcError)) throw error
    }
  }
}

/** Takes the instance of proc away, so that the directory can be unmounted or removed. */
export function hideDescriptors(dir: string): void {
  const proc = path.join(dir, HIDDEN_PROC)
  try {
    umount(proc, 2)
    fs.rmdirSync(proc)
  } catch (error) {
    if (!(error instanceof LibcError)) throw error
  }
}
