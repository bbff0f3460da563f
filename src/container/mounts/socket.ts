/**
 * Unix sockets as the source of a mount. nullfs covers directories and regular files only, so the socket gets a second
 * name in a new directory beside it, that directory is mounted, and the destination becomes a link into it. The
 * container sees this socket and none of its neighbours.
 */

import { JailwrightError } from '../../errors.ts'
import { changeUmask, linkFile, linkStatusOf, listDirectory, makeDirectory } from '../../host/files.ts'
import type { Host } from '../../host/types.ts'
import { basename, dirname } from '../../paths.ts'
import type { MountStep } from '../../translate/core/plan.ts'
import type { Journal } from '../journal/journal.ts'
import { applyMount } from './apply-mount.ts'
import { inParent, type Roots } from './mount-point.ts'
import { linkDestination } from './socket-link.ts'

/** Performs a mount step whose target is `socket`; the step must have `via`. */
export function mountSocket(host: Host, journal: Journal, step: MountStep, roots: Roots): void {
  const { via, origin } = step
  if (!via) throw new JailwrightError('HOST', `${origin}: a socket without a place to mount it`)
  const own = via.directory
  const name = basename(via.link)
  // The new directory is reached beneath the socket's own directory, which other users may be able to change.
  const root = dirname(own)
  const directory = `/${basename(own)}`
  const path = `${directory}/${name}`
  journal.perform(`mkdir ${own}`, { op: 'rmdir', root, path: directory }, () => makeOpen(own))
  journal.perform(`link ${own}/${name}`, { op: 'unlink', root, path }, () =>
    inParent(host, root, path, () => linkFile(step.source, name)),
  )
  const { via: _, ...mount } = step
  applyMount(host, journal, { ...mount, source: own, destination: via.mountPoint, target: 'dir' }, roots)
  checkContents(host, step, via.mountPoint, name, roots)
  linkDestination(host, journal, step, via.link, roots)
}

/** Makes a directory that every user of the container may enter, whatever the caller's umask. */
function makeOpen(path: string): void {
  const umask = changeUmask(0)
  try {
    makeDirectory(path, 0o711)
  } finally {
    changeUmask(umask)
  }
}

/**
 * Checks that the mounted directory holds the socket and nothing else: the source was mounted by its path, which may
 * have changed.
 */
function checkContents(host: Host, step: MountStep, mountPoint: string, name: string, roots: Roots): void {
  const found = inParent(host, roots.mountRoot, `${mountPoint}/${name}`, () =>
    listDirectory('.').map(entry => linkStatusOf(entry)),
  )
  if (found.length === 1 && found[0]?.kind === 'socket') return
  throw new JailwrightError(
    'HOST',
    `${step.origin}.source: ${step.source} was changed while it was being mounted`,
  )
}
