/** Files as mount points. FreeBSD requires of a file that it has a single hard link and no mount on it. */

import { JailwrightError } from '../../errors.ts'
import { closeFile, openFile, renameFile } from '../../host/files.ts'
import type { BeneathTarget, Host } from '../../host/types.ts'
import { basename, dirname, relative } from '../../paths.ts'
import type { MountStep } from '../../translate/core/plan.ts'
import { asReadonly } from '../../translate/mounts/order.ts'
import { effect } from '../journal/effect.ts'
import type { Journal } from '../journal/journal.ts'
import { inParent, type Roots, writableRoot } from './mount-point.ts'
import { acceptsChanges, isCopy } from './read-only-path.ts'

/**
 * Replaces a file with several hard links by a new one. nullfs mounts on a file only when the file has a single hard
 * link (vfs_domount in sys/kern/vfs_mount.c). The file of the image is renamed for the life of the container and gets
 * its name back on delete.
 */
export function unshareFile(host: Host, journal: Journal, target: BeneathTarget, roots: Roots): void {
  const path = `/${relative(roots.mountRoot, target.path)}`
  const aside = `.${basename(path)}.jailwright`
  const root = writableRoot(host, roots, dirname(path))
  journal.perform(`put aside ${path}`, { op: 'put-back', root, path, aside }, () =>
    inParent(host, root, path, () => putAside(basename(path), aside)),
  )
}

/**
 * Uses rename(2), which does not follow a link. link(2) on FreeBSD would follow a link that somebody put there
 * meanwhile, and give the container a name of a file of the host.
 */
function putAside(name: string, aside: string): void {
  renameFile(name, aside)
  closeFile(openFile(name, 'new', 0o644))
}

/**
 * Clears a mount point on which another step has already mounted a file: two destinations may lead to one file by a
 * link, and nothing can be mounted on a file mount (EBUSY of vfs_domount in sys/kern/vfs_mount.c). A mount of this
 * container is unmounted when a mask hides it, or when it is a read-only copy and the mount of a file replaces it; that
 * mount is then read-only. Returns the step and the target to mount on, or undefined (with `target` closed) when the
 * mount that is there does what the step asks for.
 * @throws JailwrightError CONFIG when nothing can be mounted there.
 */
export function makeWay(
  host: Host,
  journal: Journal,
  step: MountStep,
  target: BeneathTarget,
  roots: Roots,
): { step: MountStep; target: BeneathTarget } | undefined {
  const there = target.kind === 'dir' ? undefined : host.kernel.mountAt(target.path)
  const isReadonlyPath = there !== undefined && isCopy(there.from, roots)
  if (!there || !(step.onlyIfExists || isReadonlyPath)) return { step, target }
  // unmount(2) answers EBUSY while the descriptor is open.
  host.process.close(target.fd)
  if (step.onlyIfExists && there.from === roots.empty) return undefined
  const path = `/${relative(roots.mountRoot, target.path)}`
  const own = journal.pending().find(({ undo, done }) => undo.op === 'unmount' && done?.fsid === there.fsid)
  if (own && (step.mask || !step.onlyIfExists)) {
    effect(`unmount ${target.path}`, () => host.kernel.unmount(target.path, { fsid: there.fsid }))
    journal.undone(own.n)
    const free = host.process.openBeneath(roots.mountRoot, path, {})
    return free && { step: step.mask ? step : asReadonly(step), target: free }
  }
  if (!step.mask && !acceptsChanges(host, target, roots)) return undefined
  throw new JailwrightError(
    'CONFIG',
    `${step.origin}: ${step.destination} leads to ${path}, a mount of its own, on which nothing can be mounted`,
    { subject: step.origin, ...(step.mask ? {} : { hint: 'give that mount the option ro' }) },
  )
}
