/** What unmount(2) asks and does (sys/kern/vfs_mount.c: kern_unmount, dounmount). */
import fs from 'node:fs'
import { LibcError, umount } from '../../libc.ts'
import type { Caller } from '../kernel.ts'
import { lookup } from '../paths.ts'
import { linuxMounts } from './linux-mounts.ts'
import type { Mount } from './types.ts'

/** What umount2(2) says of a path that leads elsewhere than a moment ago. */
const MISLED = ['EINVAL', 'ENOENT', 'ENOTDIR', 'ELOOP']

/**
 * True when a nullfs has the mount as its source (mnt_uppers: EBUSY with MNT_FORCE, too), or when another mount lies on
 * it and `force` is false. With `force` the mounts on it stay in the table, on a dead vnode (dounmount, vflush).
 */
export function inUse(table: readonly Mount[], mount: Mount, force: boolean): boolean {
  if (table.some(m => m.lower === mount)) return true
  if (force) return false
  const at = table.indexOf(mount)
  const list = mount.id === undefined ? undefined : linuxMounts()
  return table.some((m, i) => {
    if (m === mount) return false
    const known = m.id === undefined ? undefined : list?.get(m.id)
    if (known !== undefined) return known.parent === mount.id
    return i > at && (m.on === mount.on || m.on.startsWith(`${mount.on}/`))
  })
}

/**
 * The Linux unmount, which goes by a path: it is repeated while somebody renames what is above the mount. `place` gives the
 * present path of the mount.
 */
export function detach(mount: Mount, place: () => string, force: boolean): void {
  for (let tries = 0; ; tries++) {
    try {
      umount(place(), force ? 2 | 8 : 8)
      return
    } catch (error) {
      if (!(error instanceof LibcError) || !MISLED.includes(error.code)) throw error
      // Linux no longer has the mount when it went with the one that it lay in. FreeBSD's kernel unmounts it from the dead vnode.
      if (mount.id !== undefined && !linuxMounts().has(mount.id)) return
      if (mount.id !== undefined && tries <= 100) continue
      if (error.code === 'EINVAL') return
      throw error
    }
  }
}

/** The path on the host to which a path leads now; the path itself when it leads nowhere. */
export function nowAt(caller: Caller, path: string): string {
  try {
    const target = lookup(caller, path)
    fs.closeSync(target.fd)
    return target.path
  } catch {
    return path
  }
}
