/** Mount points of later mounts that a mount must contain before it becomes read-only. */
import { statusOfDescriptor } from '../../host/files.ts'
import type { Host } from '../../host/types.ts'
import type { MountPoint, MountStep } from '../../translate/core/plan.ts'
import type { Journal } from '../journal/journal.ts'
import { unshareFile } from './file.ts'
import { lookUp, type Roots } from './mount-point.ts'
import { linkDestination } from './socket-link.ts'

/** Makes the mount points of later steps that lie in this step's mount. */
export function makeInside(host: Host, journal: Journal, step: MountStep, roots: Roots): void {
  for (const point of step.inside ?? []) {
    if (point.via) {
      const directory = { ...point, destination: point.via.mountPoint, target: 'dir' } as const
      makePoint(host, journal, directory, roots)
      linkDestination(host, journal, point, point.via.link, roots)
    } else makePoint(host, journal, point, roots)
  }
}

/** Makes one mount point. A file gets a single hard link, which a mount on it needs. */
function makePoint(host: Host, journal: Journal, point: MountPoint, roots: Roots): void {
  const target = lookUp(host, journal, point, roots)
  if (!target) return
  try {
    if (target.kind === 'file' && statusOfDescriptor(target.fd).nlink > 1)
      unshareFile(host, journal, target, roots)
  } finally {
    host.process.close(target.fd)
  }
}
