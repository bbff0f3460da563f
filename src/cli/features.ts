/** What this runtime can do, in the form of features.md of the OCI runtime specification. */
import type { Features } from '../bundle/generated/features.ts'
import { mountOptionWords } from '../translate/mount-options.ts'
import { ociVersion, version } from './version.ts'

/**
 * Annotations that open the jail towards the host (features.md, potentiallyUnsafeConfigAnnotations): a tool that runs
 * other people's configurations has to remove them. A name with a dot at the end stands for all that begin with it.
 */
export const unsafeAnnotations: readonly string[] = [
  // What a jailed root may do to the host or to its own confinement (jail(8); CVE-2025-15547 for mount.nullfs).
  'org.freebsd.jail.allow.',
  'org.freebsd.jail.children.max',
  'org.freebsd.jail.devfs_ruleset',
  'org.freebsd.jail.enforce_statfs',
  'org.freebsd.jail.securelevel',
  // All the rest: networks and IPC of the host, and whatever parameters a kernel module brings.
  'org.freebsd.jail.',
  'org.freebsd.parentJail',
  // Devices of the host, interfaces and bridges of the host, limits lifted.
  'org.jailwright.device.profiles',
  'org.jailwright.limits.',
  'org.jailwright.net.',
]

/** The features document. */
export function features(): Features {
  return {
    ociVersionMin: '1.0.0',
    ociVersionMax: ociVersion,
    hooks: ['prestart', 'createRuntime', 'createContainer', 'startContainer', 'poststart', 'poststop'],
    mountOptions: mountOptionWords().filter(word => word !== ''),
    annotations: { 'org.jailwright.version': version },
    potentiallyUnsafeConfigAnnotations: [...unsafeAnnotations],
  }
}
