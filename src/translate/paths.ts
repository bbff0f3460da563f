/** Paths inside a container: made plain, and `linux.maskedPaths` and `linux.readonlyPaths` as mount steps. */
import { posix } from 'node:path'
import type { Context } from './context.ts'
import { type DeviceRequests, nameBelowDev } from './device-requests.ts'
import type { MountStep } from './plan.ts'

/** Absolute and without `.`, `..` and doubled slashes; what `..` would lead out of the root stays at the root. */
export function normalise(context: Context, destination: string, property: string): string | undefined {
  // config.md: a relative destination "MUST be interpreted as relative to /".
  if (!destination.startsWith('/'))
    context.warn(`${property}: ${destination} is not absolute, taken as /${destination}`)
  const path = posix.resolve('/', destination)
  if (path === '/') {
    context.fail(property, 'a mount on / would cover the root; use root.path')
    return undefined
  }
  if (path.includes('\0')) {
    context.fail(property, 'holds a NUL byte')
    return undefined
  }
  context.fate(property, path === destination ? 'applied' : 'translated', path === destination ? '' : path)
  return path
}

/** The mount in which a path lies, of mounts in order. */
function holderOf(path: string, mounts: readonly MountStep[]): MountStep | undefined {
  return mounts.findLast(mount => `${path}/`.startsWith(`${mount.destination}/`))
}

/**
 * `linux.maskedPaths`: where the path exists a read-only tmpfs (a directory) or an empty file hides it. A device cannot be
 * covered by a file: on the container's /dev (given by `requests`) a rule hides it.
 */
export function maskedPaths(
  context: Context,
  mounts: readonly MountStep[],
  requests: DeviceRequests,
): MountStep[] {
  return (context.config.linux?.maskedPaths ?? []).flatMap((path, index) => {
    const origin = `linux.maskedPaths[${index}]`
    const destination = normalise(context, path, origin)
    if (destination === undefined) return []
    const holder = holderOf(destination, mounts)
    const device =
      holder?.fstype === 'devfs' && holder.destination === '/dev' ? nameBelowDev(destination) : undefined
    if (device !== undefined && destination !== '/dev') {
      requests.entries.push({ name: device, origin, hide: true })
      context.fate(origin, 'translated', `a devfs rule that hides ${device}`)
      return []
    }
    context.fate(origin, 'translated', 'hidden where it exists')
    return {
      kind: 'mount',
      fstype: 'tmpfs',
      source: 'tmpfs',
      destination,
      target: 'dir',
      options: [['ro', undefined]],
      onlyIfExists: true,
      mask: true,
      origin,
    } satisfies MountStep
  })
}

/** File systems in which nothing can be written that a read-only path would protect. */
const READONLY_TYPES = new Set(['linprocfs', 'linsysfs', 'procfs'])

/** `linux.readonlyPaths`: a read-only nullfs of the path on itself, where it exists. */
export function readonlyPaths(context: Context, mounts: readonly MountStep[]): MountStep[] {
  return (context.config.linux?.readonlyPaths ?? []).flatMap((path, index) => {
    const origin = `linux.readonlyPaths[${index}]`
    const destination = normalise(context, path, origin)
    if (destination === undefined) return []
    const holder = holderOf(destination, mounts)
    if (holder?.fstype === 'devfs') {
      context.fate(origin, 'ignored', 'nothing can be made in devfs, and a device is written to all the same')
      return []
    }
    if (holder && READONLY_TYPES.has(holder.fstype)) {
      context.fate(origin, 'translated', `${holder.fstype} cannot be written there`)
      return []
    }
    context.fate(origin, 'translated', 'a read-only nullfs of the path on itself, where it exists')
    return {
      kind: 'mount',
      fstype: 'nullfs',
      source: '%{target}',
      destination,
      target: 'dir',
      options: [['ro', undefined]],
      onlyIfExists: true,
      origin,
    } satisfies MountStep
  })
}
