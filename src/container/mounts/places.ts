/** The possible mount points of a step whose mount is looked for later. */
import { quietly } from '../../errors.ts'
import type { Host } from '../../host/types.ts'
import type { MountStep } from '../../translate/core/plan.ts'

/**
 * Returns the path to which links beneath `root` lead now, and the path as it was written; one path when they are
 * equal.
 */
export function placesOf(host: Host, root: string, { destination, via }: MountStep): string[] {
  const inside = via?.mountPoint ?? destination
  const found = quietly(() => host.process.openBeneath(root, inside, {}))
  if (found) host.process.close(found.fd)
  const written = `${root}${inside}`
  return found === undefined || found.path === written ? [written] : [found.path, written]
}
