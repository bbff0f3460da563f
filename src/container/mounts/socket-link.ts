/** The link that stands in a socket's destination (see `socket-mount.ts`). */

import { JailwrightError } from '../../errors.ts'
import { linkStatusOf, makeSymbolicLink, readLink, renameFile } from '../../host/files.ts'
import type { Host } from '../../host/types.ts'
import { basename, dirname } from '../../paths.ts'
import type { MountPoint } from '../../translate/core/plan.ts'
import type { Journal } from '../journal/journal.ts'
import { inParent, type Roots, writableRoot } from './mount-point.ts'

/**
 * Puts the link in the destination's place; it may have been made before, when what holds it is read-only by now. What the
 * image has there is covered for the container's life, as by any mount: it is put aside, and back at delete.
 */
export function linkDestination(
  host: Host,
  journal: Journal,
  step: MountPoint,
  link: string,
  roots: Roots,
): void {
  const path = step.destination
  const name = basename(path)
  const there = inParent(host, roots.mountRoot, path, () => look(name))
  if (there === link) return
  if (there === 'directory') {
    throw new JailwrightError('CONFIG', `${step.origin}.destination: ${path}: is a directory`, {
      subject: step.origin,
    })
  }
  const root = writableRoot(host, roots, dirname(path))
  if (there !== undefined) {
    // The name of the mount point has the same beginning.
    const aside = `.${name}.jailwright-aside`
    journal.perform(`put aside ${path}`, { op: 'put-back', root, path, aside }, () =>
      inParent(host, root, path, () => renameFile(name, aside)),
    )
  }
  journal.perform(`link ${path}`, { op: 'unlink', root, path, link }, () =>
    inParent(host, root, path, () => makeSymbolicLink(link, name)),
  )
}

/** What has a name: a link's text, `directory`, `file` for anything else, undefined for nothing. */
function look(name: string): string | undefined {
  const facts = linkStatusOf(name)
  if (!facts) return undefined
  if (facts.kind === 'link') return readLink(name)
  return facts.kind === 'dir' ? 'directory' : 'file'
}
