/** What this runtime can do, in the form of features.md of the OCI runtime specification. */

import type { Features } from '../bundle/generated/features.ts'
import { HOOK_KINDS } from '../bundle/hook-kinds.ts'
import { annotationRows } from '../translate/disposition/annotations.ts'
import { mountOptionWords } from '../translate/mounts/options.ts'
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
  'org.jailwright.zfs.datasets',
  'org.jailwright.limits.',
  'org.jailwright.net.',
]

/**
 * Mount options that have a value. They are no elements of `mountOptions`: the runtime "MUST recognize the elements in
 * this array" as they stand there (features.md), and `size` alone is no option.
 */
export const valuedMountOptions: Readonly<Record<string, readonly string[]>> = {
  devfs: ['ruleset', 'rule'],
  tmpfs: ['size', 'nr_blocks', 'inodes', 'nr_inodes', 'maxfilesize', 'easize', 'mode', 'uid', 'gid'],
}

/**
 * Names of the annotations that are taken, or refused, as a comma list. `<n>` stands for one word, `*` for any rest; of
 * two that fit the more particular one holds. Every other annotation is kept and has no effect.
 */
function annotationNames(refused: boolean): string {
  return annotationRows
    .filter(([, { fate }]) => fate !== 'ignored' && (fate === 'refused') === refused)
    .map(([name]) => name)
    .join(',')
}

/** The features document. `annotations` tells what it has no property of its own for. */
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
