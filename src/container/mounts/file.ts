/** Files as mount points, of which FreeBSD asks more than of directories: a single name, and no mount on it yet. */

import { JailwrightError } from '../../errors.ts'
import { closeFile, openFile, renameFile } from '../../host/files.ts'
import type { BeneathTarget, Host } from '../../host/types.ts'
import { basename, dirname, relative } from '../../paths.ts'
import type { MountStep } from '../../translate/core/plan.ts'
import { asReadonly } from '../../translate/mounts/order.ts'
import { effect } from '../journal/effect.ts'
import type { Journal } from '../journal/journal.ts'
import { inParent, type Roots, writableRoot } from './mount-point.ts'
import { isCopy, isWritable } from './read-only-path.ts'

/**
 * nullfs mounts on a file only when it has a single hard link (sys/kern/vfs_mount.c, vfs_domount); an image's file with
 * more is put aside for the container's life and stands there again at delete.
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
 * By rename(2), which takes the name as it is: link(2) on FreeBSD would follow a link that somebody has put there
 * meanwhile, and give the container a name of a file of the host.
 */
function putAside(name: string, aside: string): void {
  renameFile(name, aside)
  closeFile(openFile(name, 'new', 0o644))
}

/**
 * By a link two steps may lead to the same file, and nothing can be stacked on the mount of a file (vfs_mount.c,
 * vfs_domount: EBUSY). Gives the step and what it is to be mounted on, or undefined (and closes `target`) when the mount
 * that is there is what is asked for; one of ours that a mask is to hide makes way for it, and a read-only path for the
 * mount of a file, which is then read-only.
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
  // unmount(2) finds it busy while we hold it.
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
  if (!step.mask && !isWritable(host, target, roots)) return undefined
  throw new JailwrightError(
    'CONFIG',
    `${step.origin}: ${step.destination} leads to ${path}, a mount of its own, on which nothing can be mounted`,
    { subject: step.origin, ...(step.mask ? {} : { hint: 'give that mount the option ro' }) },
  )
}
