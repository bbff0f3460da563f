/**
 * Detects a mount that would cover its own source. The root vnode of a nullfs shares its lock with the vnode below it
 * (null_nodeget in sys/fs/nullfs/null_subr.c), and nmount(2) locks that root and the covered vnode together
 * (vfs_domount_first in sys/kern/vfs_mount.c, vn_lock_pair in sys/kern/vfs_vnops.c). When both have one lock the call
 * never returns and cannot be killed. The kernel detects the case only when the covered vnode is itself of a nullfs
 * (EDEADLK of nullfs_mount).
 */

import { JailwrightError, quietly } from '../../errors.ts'
import { realPath, statusOf, statusOfDescriptor } from '../../host/files.ts'
import type { BeneathTarget, Host, MountEntry } from '../../host/types.ts'
import type { MountStep } from '../../translate/core/plan.ts'
import { holderOf } from '../../translate/mounts/mount-table.ts'

/**
 * Returns the mount that a resolved path lies on when every nullfs is followed to its source, by the `from` column of
 * the mount table; undefined when the table does not tell.
 */
export function lowestMount(table: readonly MountEntry[], path: string): MountEntry | undefined {
  let place = path
  let known = table
  for (;;) {
    const at = holderOf(known, place)
    const mount = known[at]
    if (mount?.fstype !== 'nullfs') return mount?.fstype === 'unionfs' ? undefined : mount
    // All of a nullfs shows the file system of its source, because a nullfs does not cross into mounts below the
    // source.
    place = realPathOr(mount.from)
    // A nullfs shows what lay on its source when it was mounted, so later mounts do not count.
    known = known.slice(0, at)
  }
}

/** Returns the real path of a path, or the path itself when it cannot be resolved. */
function realPathOr(path: string): string {
  return quietly(() => realPath(path)) ?? path
}

/** True when a path of the host and a target are the same object, through any number of nullfs mounts. */
export function isSameObject(host: Host, path: string, { fd, path: found }: BeneathTarget): boolean {
  const source = statusOf(path)
  // nullfs reports the inode number of the lower vnode (null_getattr in sys/fs/nullfs/null_vnops.c); only the device
  // number is its own.
  if (source?.ino !== statusOfDescriptor(fd).ino) return false
  const table = host.kernel.mounts()
  const [one, other] = [lowestMount(table, realPathOr(path)), lowestMount(table, found)]
  // Equal inode numbers alone prove nothing: the roots of all ZFS datasets have the same number. In a jail the kernel
  // hides the ids and the sources of the host's mounts, so there the inode numbers decide.
  if (one === undefined || other === undefined || isHiddenFsid(one.fsid)) return true
  return one.fsid === other.fsid
}

/**
 * True for the id that a jail sees: the kernel shows file system ids to the host alone (kern_do_statfs in
 * sys/kern/vfs_syscalls.c).
 */
export function isHiddenFsid(fsid: string): boolean {
  return /^0+$/.test(fsid)
}

/**
 * Refuses a mount that would cover its own source.
 * @throws JailwrightError CONFIG, always.
 */
export function refuseItself(step: MountStep, target: BeneathTarget): never {
  const what = target.kind === 'dir' ? 'directory' : 'file'
  throw new JailwrightError(
    'CONFIG',
    `${step.origin}: ${step.source} and ${step.destination} in the container are one ${what}, which FreeBSD cannot mount on itself`,
    {
      subject: step.origin,
      hint: 'a copy of it elsewhere, or a directory outside of the root, can be mounted',
    },
  )
}

/**
 * Refuses a mount of what the destination shows already by a mount of another container, which that container takes away.
 * @throws JailwrightError CONFIG, always.
 */
export function refuseLent({ origin, source, destination }: MountStep): never {
  throw new JailwrightError(
    'CONFIG',
    `${origin}: ${destination} shows ${source} by a mount of another container with the same root, which takes it away when it is deleted`,
    { subject: origin, hint: 'give each container a root filesystem of its own' },
  )
}

/**
 * Refuses a read-only root that would be mounted on itself, when the state directory lies in the root filesystem.
 * @throws JailwrightError CONFIG.
 */
export function checkReadonlyRoot(host: Host, rootPath: string, mountPoint: string): void {
  const place = host.process.openBeneath(mountPoint, '/', {})
  if (!place) return
  try {
    if (!isSameObject(host, rootPath, place)) return
  } finally {
    host.process.close(place.fd)
  }
  throw new JailwrightError(
    'CONFIG',
    `root.path: ${rootPath} is the directory on which a read-only root is mounted, which FreeBSD cannot mount on itself`,
    { subject: 'root.path' },
  )
}
