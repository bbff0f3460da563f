/** Mounts of the host below the source of an `rbind`, shown in the nullfs of that source. */
import { JailwrightError } from '../../errors.ts'
import { statusOf, statusOfDescriptor } from '../../host/files.ts'
import type { Host } from '../../host/types.ts'
import type { MountStep } from '../../translate/core/plan.ts'
import type { Journal } from '../journal/journal.ts'
import { mountLanding } from './landing.ts'
import { lookUp, type Roots } from './mount-point.ts'
import { isSameObject } from './same-object.ts'

/**
 * Performs a step of a mount below a source. No mount point is made: the mount point is the directory that the host's
 * mount covers, and making one would write to the source. A process that may write to the source, such as another
 * container with the same volume, can put a link in the mount's place, because rename(2) through a nullfs does not see
 * that the directory is covered. So the source must be the root of a mount before and afterwards, and the new mount
 * must show that root.
 * @throws JailwrightError HOST when one of these has changed.
 */
export function mountBelow(
  host: Host,
  journal: Journal,
  step: MountStep & { below: string },
  roots: Roots,
): void {
  const before = rootOf(host, step)
  const target = lookUp(host, journal, { ...step, onlyIfExists: true }, roots)
  try {
    if (!target?.path.endsWith(step.below) || target.kind !== step.target) throw changedBelow(step)
    // A directory of the root that is mounted in its own place shows its mounts already.
    if (isSameObject(host, step.source, target)) return
    mountLanding(host, journal, step, target, step.options, roots)
  } finally {
    if (target) host.process.close(target.fd)
  }
  const shown = host.process.openBeneath(roots.mountRoot, step.destination, {})
  if (!shown) throw changedBelow(step)
  try {
    const after = rootOf(host, step)
    // nullfs reports the inode number of the lower vnode (null_getattr in sys/fs/nullfs/null_vnops.c).
    if (after.fsid !== before.fsid || statusOfDescriptor(shown.fd).ino !== before.ino)
      throw changedBelow(step)
  } finally {
    host.process.close(shown.fd)
  }
}

function rootOf(host: Host, step: MountStep): { fsid: string; ino: bigint } {
  const ino = statusOf(step.source)?.ino
  const mount = ino === undefined ? undefined : host.kernel.mountAt(step.source)
  if (ino === undefined || !mount) throw changedBelow(step)
  return { fsid: mount.fsid, ino }
}

function changedBelow({ origin, source, destination }: MountStep): JailwrightError {
  return new JailwrightError(
    'HOST',
    `${origin}.source: ${source}, which is to be shown on ${destination}, is no longer mounted there`,
    { subject: `${origin}.source` },
  )
}
