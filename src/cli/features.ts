/** The abilities of this runtime, in the form of features.md of the OCI runtime specification. */

import type { Features } from '../bundle/generated/features.ts'
import { HOOK_KINDS } from '../bundle/hook-kinds.ts'
import { annotationRows } from '../translate/disposition/annotations.ts'
import { mountOptionWords, valuedMountOptions } from '../translate/mounts/options.ts'
import { ociVersion, version } from './version.ts'

/**
 * Annotations that weaken the confinement of the jail (features.md, potentiallyUnsafeConfigAnnotations). A tool that
 * runs configurations of other people must remove them. A name with a dot at its end stands for all names that begin
 * with it.
 */
export const unsafeAnnotations: readonly string[] = [
  // These let root in the jail act on the host or on its own confinement (jail(8); CVE-2025-15547 for mount.nullfs).
  'org.freebsd.jail.allow.',
  'org.freebsd.jail.children.max',
  'org.freebsd.jail.devfs_ruleset',
  'org.freebsd.jail.enforce_statfs',
  'org.freebsd.jail.securelevel',
  // These are the other parameters: networks and IPC of the host, and whatever a kernel module adds.
  'org.freebsd.jail.',
  'org.freebsd.parentJail',
  // These give devices, interfaces and bridges of the host, or lift limits.
  'org.jailwright.device.profiles',
  'org.jailwright.zfs.datasets',
  'org.jailwright.limits.',
  'org.jailwright.net.',
]

/**
 * Returns the names of the annotations that are applied, or refused, as a comma list. In a name `<n>` stands for one
 * word and `*` for any rest; when two names fit, the more specific one counts. Every other annotation is kept and has
 * no effect.
 */
function annotationNames(refused: boolean): string {
  return annotationRows
    .filter(([, { fate }]) => fate !== 'ignored' && (fate === 'refused') === refused)
    .map(([name]) => name)
    .join(',')
}

/** Returns the features document. Its `annotations` hold the facts for which the document has no property. */
export function features(): Features {
  return {
    ociVersionMin: '1.0.0',
    ociVersionMax: ociVersion,
    hooks: [...HOOK_KINDS],
    mountOptions: mountOptionWords().filter(word => word !== ''),
    annotations: {
      'org.jailwright.version': version,
      'org.jailwright.annotations': annotationNames(false),
      'org.jailwright.annotations.refused': annotationNames(true),
      ...Object.fromEntries(
        Object.entries(valuedMountOptions).map(([type, names]) => [
          `org.jailwright.mountOptions.${type}`,
          names.join(','),
        ]),
      ),
    },
    potentiallyUnsafeConfigAnnotations: [...unsafeAnnotations],
  }
}
