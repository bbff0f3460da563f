/**
 * A unix socket as the source of a mount. nullfs covers directories and regular files only, so the socket gets a second
 * name in a directory of its own beside it, that directory is mounted, and the destination becomes a link into it: the
 * container sees this socket and none of its neighbours.
 */
import { accessSync, constants, linkSync, lstatSync, mkdirSync, renameSync, symlinkSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { JailwrightError } from '../errors.ts'
import type { Host } from '../host/types.ts'
import type { MountStep } from '../translate/plan.ts'
import type { Journal } from './journal.ts'
import { applyMount, inDirectory, type Roots } from './mount-step.ts'

/** Does a mount step whose target is `socket`; needs `step.via`. */
export function mountSocket(host: Host, journal: Journal, step: MountStep, roots: Roots): void {
  const { via, origin } = step
  if (!via) throw new JailwrightError('HOST', `${origin}: a socket without a place to mount it`)
  const own = join(via.beside, `.jailwright-${process.pid}-${origin.replaceAll(/\W/g, '')}`)
  const name = basename(via.link)
  journal.perform(`mkdir ${own}`, { op: 'host-rmdir', path: own }, () => mkdirSync(own, { mode: 0o755 }))
  journal.perform(`link ${own}/${name}`, { op: 'host-unlink', path: join(own, name) }, () =>
    linkSync(step.source, join(own, name)),
  )
  const { via: _, ...mount } = step
  applyMount(host, journal, { ...mount, source: own, destination: via.mountPoint, target: 'dir' }, roots)
  linkDestination(host, journal, step, via.link, roots)
}

/** Puts the symbolic link in the destination's place; what the image has there is put aside. */
function linkDestination(host: Host, journal: Journal, step: MountStep, link: string, roots: Roots): void {
  const path = step.destination
  const name = basename(path)
  const inParent = <T>(root: string, action: () => T): T => {
    const parent = host.process.openBeneath(root, dirname(path), {})
    if (!parent)
      throw new JailwrightError('HOST', `${step.origin}.destination: ${dirname(path)}: no such directory`)
    return inDirectory(host, parent, action)
  }
  // Below a read-only root, and on no writable mount in it, the link is made in the root filesystem itself.
  const root = inParent(roots.mountRoot, isWritable) ? roots.mountRoot : roots.realRoot
  if (inParent(root, () => lstatSync(name, { throwIfNoEntry: false }) !== undefined)) {
    const aside = `.${name}.jailwright-aside`
    journal.perform(`put aside ${path}`, { op: 'put-back', root, path, aside }, () =>
      inParent(root, () => renameSync(name, aside)),
    )
  }
  journal.perform(`link ${path}`, { op: 'unlink', root, path }, () =>
    inParent(root, () => symlinkSync(link, name)),
  )
}

/** Whether the working directory's file system takes changes (access(2): EROFS). */
function isWritable(): boolean {
  try {
    accessSync('.', constants.W_OK)
    return true
  } catch {
    return false
  }
}
