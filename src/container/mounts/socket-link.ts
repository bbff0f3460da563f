/** The symbolic link at the destination of a socket (see socket.ts). */

import { JailwrightError } from '../../errors.ts'
import { linkStatusOf, makeSymbolicLink, readLink, renameFile } from '../../host/files.ts'
import type { Host } from '../../host/types.ts'
import { basename, dirname } from '../../paths.ts'
import type { MountPoint } from '../../translate/core/plan.ts'
import type { Journal } from '../journal/journal.ts'
import { inParent, type Roots, writableRoot } from './mount-point.ts'

/**
 * Makes the link at the destination, unless an earlier step made it because the mount that holds it becomes read-only.
 * A file of the image at that name is renamed for the life of the container and gets its name back on delete.
 * @throws JailwrightError CONFIG when a directory has the name.
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
    // The mount point of the socket is named `.NAME.jailwright`, so this name has another ending.
    const aside = `.${name}.jailwright-aside`
    journal.perform(`put aside ${path}`, { op: 'put-back', root, path, aside }, () =>
      inParent(host, root, path, () => renameFile(name, aside)),
    )
  }
  journal.perform(`link ${path}`, { op: 'unlink', root, path, link }, () =>
    inParent(host, root, path, () => makeSymbolicLink(link, name)),
  )
}

/** Returns a link's text, `directory`, `file` for any other object, or undefined when nothing has the name. */
function look(name: string): string | undefined {
  const facts = linkStatusOf(name)
  if (!facts) return undefined
  if (facts.kind === 'link') return readLink(name)
  return facts.kind === 'dir' ? 'directory' : 'file'
}
