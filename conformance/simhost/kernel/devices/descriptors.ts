/**
 * /dev/fd: Linux knows the descriptors of a process in its proc only. A directory that offers them has an instance of it
 * of its own below a name that listings leave out, with nothing but the processes of whoever looks.
 */
import fs from 'node:fs'
import path from 'node:path'
import { LibcError, MS, mount, umount } from '../../libc.ts'
import { HIDDEN_PROC } from '../../print/listing.ts'

/** hidepid exempts a group, by default 0: this one has no members. */
export const NOBODYS_GID = 2_147_483_000

/** What a link to descriptor `fd` says, relative to the directory that `showDescriptors` was called for. */
export function descriptorLink(fd: number): string {
  return `${HIDDEN_PROC}/self/fd/${fd}`
}

/** Makes the links in a directory work. */
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

/** Takes it away again, so that the directory can be unmounted or removed. */
export function hideDescriptors(dir: string): void {
  const proc = path.join(dir, HIDDEN_PROC)
  try {
    umount(proc, 2)
    fs.rmdirSync(proc)
  } catch (error) {
    if (!(error instanceof LibcError)) throw error
  }
}
