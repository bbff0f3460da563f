/**
 * Bind mounts whose source is below /dev, by which LXC and many Linux guides pass a device. On FreeBSD the container's own
 * devfs shows a device, so the mount becomes a request for a devfs rule.
 */

import type { Mount } from '../../bundle/generated/config.ts'
import * as posix from '../../paths.ts'
import type { Context } from '../core/context.ts'
import { ALWAYS_ADDED, freebsdNames, NEVER_SHOWN } from './linux-names.ts'
import { type DeviceRequests, nameBelowDev } from './requests.ts'

/** `done`: nothing is mounted. `empty file`: an empty file is mounted. `no device`: the mount is an ordinary one. */
export type BindFromDev = 'done' | 'empty file' | 'no device'

/** Looks at one bind mount; `destination` is normalised. */
export function bindFromDev(
  context: Context,
  mount: Mount,
  destination: string,
  property: string,
  requests: DeviceRequests,
): BindFromDev {
  const source = mount.source === undefined ? '' : posix.resolve(context.bundleDir, mount.source)
  if (source === '/dev') {
    context.warn(`${property}.source: /dev shows every device of the host (privileged)`)
    return 'no device'
  }
  if (!source.startsWith('/dev/')) return 'no device'
  const kind = context.facts.pathKind(source)
  // /dev/log and the like are links to sockets elsewhere.
  if (kind === 'socket' || kind === 'file') return 'no device'
  const name = nameBelowDev(source)
  if (source === '/dev/null' && destination !== '/dev/null') return 'empty file'
  if (name === undefined) {
    context.fail(`${property}.source`, `${source} is no name of a device`)
    return 'done'
  }
  if (name === 'shm' || name === 'mqueue' || name === 'pts' || NEVER_SHOWN.has(name)) {
    context.fate(property, 'ignored', `${source} of the host is not shared with a container on FreeBSD`)
    return 'done'
  }
  if (destination !== source) {
    context.fail(
      `${property}.destination`,
      `${destination}: a device has one name on FreeBSD; the destination of ${source} must be ${source}`,
    )
    return 'done'
  }
  if (kind === 'dir' && cgroupNamesWithin(requests, name)) {
    requests.directories.push(name)
    context.fate(
      property,
      'translated',
      'the directory; of what is in it, what linux.resources.devices allows',
    )
    return 'done'
  }
  const readOnly = mount.options?.includes('ro') ?? false
  const has = (other: string) => context.facts.pathKind(`/dev/${other}`) !== undefined
  const names = freebsdNames(name, has)
  if (!has(name) && ALWAYS_ADDED.has(name)) {
    context.fate(property, 'ignored', `this host has no ${source}`)
    return 'done'
  }
  for (const each of names)
    requests.entries.push({ name: each, origin: property, ...(readOnly ? { access: 'r' } : {}) })
  context.fate(property, 'translated', `devfs rules for ${names.join(', ')}`)
  return 'done'
}

/**
 * The LXC recipe mounts a directory and permits some of its devices by number: on Linux the other devices are visible but
 * cannot be opened. Here the other devices are not shown.
 */
function cgroupNamesWithin(requests: DeviceRequests, directory: string): boolean {
  return requests.entries.some(
    ({ origin, name, hide, deny }) =>
      !hide &&
      deny === undefined &&
      origin.startsWith('linux.resources.devices') &&
      name.startsWith(`${directory}/`),
  )
}
