/**
 * A unix socket as the source of a mount. nullfs covers directories and regular files only, so the socket gets a second
 * name in a directory of its own beside it, that directory is mounted, and the destination becomes a link into it: the
 * container sees this socket and none of its neighbours.
 */
import { linkSync, lstatSync, mkdirSync, symlinkSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { JailwrightError } from '../errors.ts'
import type { Host } from '../host/types.ts'
import type { MountStep } from '../translate/plan.ts'
import type { Journal } from './journal.ts'
import { applyMount, inParent, type Roots, writableRoot } from './mount-step.ts'

/** Does a mount step whose target is `socket`; needs `step.via`. */
export function mountSocket(host: Host, journal: Journal, step: MountStep, roots: Roots): void {
  const { via, origin } = step
  if (!via) throw new JailwrightError('HOST', `${origin}: a socket without a place to mount it`)
  const own = via.directory
  const name = basename(via.link)
  journal.perform(`mkdir ${own}`, { op: 'host-rmdir', path: own }, () => mkdirSync(own, { mode: 0o711 }))
  journal.perform(`link ${own}/${name}`, { op: 'host-unlink', path: join(own, name) }, () =>
    linkSync(step.source, join(own, name)),
  )
  const { via: _, ...mount } = step
  applyMount(host, journal, { ...mount, source: own, destination: via.mountPoint, target: 'dir' }, roots)
  linkDestination(host, journal, step, via.link, roots)
}

/** Puts the symbolic link in the destination's place. */
function linkDestination(host: Host, journal: Journal, step: MountStep, link: string, roots: Roots): void {
  const path = step.destination
  const name = basename(path)
  const root = writableRoot(host, roots, dirname(path))
  if (inParent(host, root, path, () => lstatSync(name, { throwIfNoEntry: false }) !== undefined)) {
    throw new JailwrightError('CONFIG', `${step.origin}.destination: ${path}: file exists`, {
      subject: step.origin,
    })
  }
  journal.perform(`link ${path}`, { op: 'unlink', root, path }, () =>
    inParent(host, root, path, () => symlinkSync(link, name)),
  )
}
