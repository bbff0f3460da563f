/**
 * Whether a mount would cover its own source. The root of a nullfs shares the lock of the vnode below it
 * (sys/fs/nullfs/null_subr.c, null_nodeget: v_vnlock), and nmount(2) takes the locks of that root and of the covered vnode
 * together (sys/kern/vfs_mount.c, vfs_domount_first; sys/kern/vfs_vnops.c, vn_lock_pair): where both are one lock the call
 * never returns and cannot be killed. Only a covered vnode that is of a nullfs itself is noticed (nullfs_mount, EDEADLK).
 */

import { JailwrightError } from '../../errors.ts'
import { realPath as realPathOf, statusOf, statusOfDescriptor } from '../../host/files.ts'
import type { BeneathTarget, Host, MountEntry } from '../../host/types.ts'
import type { MountStep } from '../../translate/core/plan.ts'
import { holderOf } from '../../translate/mounts/mount-table.ts'

/**
 * The file system that a resolved path lies on when all nullfs are looked through, by the `from` of the mount table;
 * undefined when the table does not tell.
 */
export function lowestMount(table: readonly MountEntry[], path: string): MountEntry | undefined {
  let place = path
  let known = table
  for (;;) {
    const at = holderOf(known, place)
    const mount = known[at]
    if (mount?.fstype !== 'nullfs') return mount?.fstype === 'unionfs' ? undefined : mount
    // All of it is of the file system that its source lies on: it does not follow mounts below that.
    place = realPath(mount.from)
    // A nullfs shows what lay on its source when it was made.
    known = known.slice(0, at)
  }
}

function realPath(path: string): string {
  try {
    return realPathOf(path)
  } catch {
    return path
  }
}

/** Whether a path of the host and what was found are one object, through however many nullfs each is seen. */
export function isSameObject(host: Host, path: string, { fd, path: found }: BeneathTarget): boolean {
  const source = statusOf(path)
  // nullfs gives the inode number of what lies below (null_getattr); only the device's is its own.
  if (source?.ino !== statusOfDescriptor(fd).ino) return false
  const table = host.kernel.mounts()
  const [one, other] = [lowestMount(table, realPath(path)), lowestMount(table, found)]
  // Equal inode numbers alone are no proof: the roots of all ZFS datasets have the same. In a jail, where no ids are
  // told, nor sources of the host's mounts, they have to do.
  if (one === undefined || other === undefined || isHiddenFsid(one.fsid)) return true
  return one.fsid === other.fsid
}

/** A file system id as jails see it: kern_do_statfs in sys/kern/vfs_syscalls.c tells it to the host alone. */
export function isHiddenFsid(fsid: string): boolean {
  return /^0+$/.test(fsid)
}

/** Code CONFIG for a mount that would cover its own source. */
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

/** Code CONFIG when the read-only root would be mounted on itself: the state directory lies in the root file system. */
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
