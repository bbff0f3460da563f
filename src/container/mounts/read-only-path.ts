/**
 * Read-only paths: a copy that cannot be written covers what is there, since FreeBSD cannot mount an object on itself (see
 * same-object.ts). What changes in the covered directory or file afterwards is not seen.
 */

import { JailwrightError } from '../../errors.ts'
import { exists, isWritable as mayWrite, statusOfDescriptor } from '../../host/files.ts'
import type { BeneathTarget, Host } from '../../host/types.ts'
import { basename, dirname, join, relative } from '../../paths.ts'
import type { MountStep } from '../../translate/core/plan.ts'
import { holderOf } from '../../translate/mounts/mount-table.ts'
import { effect } from '../journal/effect.ts'
import { saveFile } from './copy-up.ts'
import { inParent, type Roots } from './mount-point.ts'

/** File systems in which nothing can be made, and what is written to is protected by its own rules, or by none. */
const OWN_RULES = new Set(['devfs', 'fdescfs', 'procfs', 'linprocfs', 'linsysfs'])

/**
 * What a read-only path becomes on the object that was found: the tmpfs of the step for a directory, a read-only nullfs of
 * a copy for a file, undefined when it is read-only already. Code CONFIG for anything else.
 */
export function readonlyStep(
  host: Host,
  step: MountStep,
  target: BeneathTarget,
  roots: Roots,
): MountStep | undefined {
  const path = `/${relative(roots.mountRoot, target.path)}`
  if (target.kind === 'other' || target.kind === 'socket') {
    throw new JailwrightError(
      'CONFIG',
      `${step.origin}: ${step.destination} is neither a directory nor a file`,
      { subject: step.origin },
    )
  }
  if (!isWritable(host, target, roots)) return undefined
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

/** Whether what was found lies on a mount that takes changes: access(2) with EROFS is what a read-only one says to root. */
export function isWritable(host: Host, target: BeneathTarget, roots: Roots): boolean {
  const path = `/${relative(roots.mountRoot, target.path)}`
  const [within, name] = target.kind === 'dir' ? [`${path}/.`, '.'] : [path, basename(path)]
  return inParent(host, roots.mountRoot, within, () => mayWrite(name))
}

/** The directory of the container's own files, and what begins the names of copies there. */
const copies = (roots: Roots) => join(dirname(roots.empty), 'read-only-')

function freshCopy(roots: Roots): string {
  for (let n = 1; ; n++) {
    const path = `${copies(roots)}${n}`
    if (!exists(path)) return path
  }
}

/** Whether a mount's source is the copy of a read-only path that is a file. */
export function isCopy(from: string, roots: Roots): boolean {
  return from.startsWith(copies(roots))
}

/**
 * A copy holds no file system that is mounted in what it covers. Those of the config come later, unless a link of the
 * image leads there.
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
