/**
 * Read-only paths. A copy that cannot be written covers the original, because FreeBSD cannot mount an object on itself
 * (see same-object.ts). Later changes to the original are not seen.
 */

import { JailwrightError } from '../../errors.ts'
import { exists, isWritable, statusOfDescriptor } from '../../host/files.ts'
import type { BeneathTarget, Host } from '../../host/types.ts'
import { basename, dirname, join, relative } from '../../paths.ts'
import type { MountStep } from '../../translate/core/plan.ts'
import { holderOf } from '../../translate/mounts/mount-table.ts'
import { effect } from '../journal/effect.ts'
import { saveFile } from './copy-up.ts'
import { inParent, type Roots } from './mount-point.ts'

/** File systems in which nothing can be created. Their own rules protect what can be written, or nothing does. */
const OWN_RULES = new Set(['devfs', 'fdescfs', 'procfs', 'linprocfs', 'linsysfs'])

/**
 * Refuses a path that is a FIFO, a socket or a device of the image: nothing can be mounted on it (sys/kern/vfs_mount.c,
 * vfs_domount_first).
 * @throws JailwrightError CONFIG.
 */
export function requireMountable(step: MountStep, target: BeneathTarget): void {
  if (target.kind !== 'other' && target.kind !== 'socket') return
  throw new JailwrightError(
    'CONFIG',
    `${step.origin}: ${step.destination} is neither a directory nor a file`,
    {
      subject: step.origin,
    },
  )
}

/**
 * Returns the step that makes the object found read-only: the step's tmpfs for a directory, a read-only nullfs of a
 * copy for a file, undefined when the object is read-only already.
 * @throws JailwrightError CONFIG for any other kind of object, and for a directory that holds mounts.
 */
export function readonlyStep(
  host: Host,
  step: MountStep,
  target: BeneathTarget,
  roots: Roots,
): MountStep | undefined {
  const path = `/${relative(roots.mountRoot, target.path)}`
  requireMountable(step, target)
  if (!acceptsChanges(host, target, roots)) return undefined
  const table = host.kernel.mounts()
  if (OWN_RULES.has(table[holderOf(table, target.path)]?.fstype ?? '')) return undefined
  if (target.kind === 'dir') {
    refuseHidden(host, step, target, roots)
    return step
  }
  const copy = freshCopy(roots)
  effect(`copy ${target.path}`, () =>
    inParent(host, roots.mountRoot, path, () => {
      const made = saveFile(host, basename(path), copy, step.origin, fd => isSame(fd, target))
      if (!made) throw new JailwrightError('HOST', `${step.origin}: ${path} was changed while it was copied`)
    }),
  )
  return { ...step, fstype: 'nullfs', source: copy, options: [['ro', undefined]], copyUp: false }
}

function isSame(fd: number, target: BeneathTarget): boolean {
  const [one, other] = [statusOfDescriptor(fd), statusOfDescriptor(target.fd)]
  return one.ino === other.ino && one.dev === other.dev
}

/** True when the object lies on a mount that accepts changes. access(2) answers EROFS to root on a read-only mount. */
export function acceptsChanges(host: Host, target: BeneathTarget, roots: Roots): boolean {
  const path = `/${relative(roots.mountRoot, target.path)}`
  const [within, name] = target.kind === 'dir' ? [`${path}/.`, '.'] : [path, basename(path)]
  return inParent(host, roots.mountRoot, within, () => isWritable(name))
}

/** Returns the beginning of the paths of copies, which lie in the container's state directory. */
const copies = (roots: Roots) => join(dirname(roots.empty), 'read-only-')

function freshCopy(roots: Roots): string {
  for (let n = 1; ; n++) {
    const path = `${copies(roots)}${n}`
    if (!exists(path)) return path
  }
}

/** True when the source of a mount is the copy of a read-only path that is a file. */
export function isCopy(from: string, roots: Roots): boolean {
  return from.startsWith(copies(roots))
}

/**
 * Refuses a directory that holds mounts, because the copy would hide them. Mounts of the config come later, unless a
 * link of the image leads into the directory.
 */
function refuseHidden(host: Host, step: MountStep, target: BeneathTarget, roots: Roots): void {
  const hidden = host.kernel.mounts().find(({ on }) => on.startsWith(`${target.path}/`))
  if (!hidden) return
  const where = hidden.on.slice(roots.mountRoot === '/' ? 0 : roots.mountRoot.length)
  throw new JailwrightError(
    'CONFIG',
    `${step.origin}: ${step.destination}: a read-only path would hide what is mounted on ${where} already`,
    { subject: step.origin },
  )
}
