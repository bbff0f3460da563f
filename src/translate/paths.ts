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
 * True when nothing more is to be mounted on a path: it is covered already, or it is the mount of a single file, on which
 * nothing can be stacked (vfs_mount.c, vfs_domount: MNT_NOCOVER on a file, EBUSY) and which is changed itself.
 */
function isDone(destination: string, mounts: MountStep[], change: (file: MountStep) => MountStep): boolean {
  const at = mounts.findLastIndex(mount => mount.destination === destination)
  const step = mounts[at]
  if (step?.target === 'file') mounts[at] = change(step)
  return step?.target === 'file' || step?.onlyIfExists === true
}

/**
 * `linux.maskedPaths`: where the path exists a read-only tmpfs (a directory) or an empty file hides it. A device cannot be
 * covered by a file: on the container's /dev (given by `requests`) a rule hides it. The steps go to the end of `mounts`.
 */
export function addMaskedPaths(context: Context, mounts: MountStep[], requests: DeviceRequests): void {
  context.config.linux?.maskedPaths?.forEach((path, index) => {
    const origin = `linux.maskedPaths[${index}]`
    const destination = normalise(context, path, origin)
    if (destination === undefined) return
    const holder = holderOf(destination, mounts)
    const device =
      holder?.fstype === 'devfs' && holder.destination === '/dev' ? nameBelowDev(destination) : undefined
    if (device !== undefined && destination !== '/dev') {
      requests.entries.push({ name: device, origin, hide: true })
      context.fate(origin, 'translated', `a devfs rule that hides ${device}`)
      return
    }
    context.fate(origin, 'translated', 'hidden where it exists')
    if (isDone(destination, mounts, file => ({ ...file, mask: true }))) return
    mounts.push({
      kind: 'mount',
      fstype: 'tmpfs',
      source: 'tmpfs',
      destination,
      target: 'dir',
      options: [['ro', undefined]],
      onlyIfExists: true,
      mask: true,
      origin,
    })
  })
}

/** File systems in which nothing can be written that a read-only path would protect. */
const READONLY_TYPES = new Set(['linprocfs', 'linsysfs', 'procfs'])

/**
 * `linux.readonlyPaths`: a read-only nullfs of the path on itself, where it exists; a mount of that very file is made
 * read-only. The steps go to the end of `mounts`.
 */
export function addReadonlyPaths(context: Context, mounts: MountStep[]): void {
  context.config.linux?.readonlyPaths?.forEach((path, index) => {
    const origin = `linux.readonlyPaths[${index}]`
    const destination = normalise(context, path, origin)
    if (destination === undefined) return
    const holder = holderOf(destination, mounts)
    if (holder?.fstype === 'devfs') {
      context.fate(origin, 'ignored', 'nothing can be made in devfs, and a device is written to all the same')
      return
    }
    if (holder && READONLY_TYPES.has(holder.fstype)) {
      context.fate(origin, 'translated', `${holder.fstype} cannot be written there`)
      return
    }
    context.fate(origin, 'translated', 'read-only where it exists')
    if (isDone(destination, mounts, readOnly)) return
    mounts.push({
      kind: 'mount',
      fstype: 'nullfs',
      source: '%{target}',
      destination,
      target: 'dir',
      options: [['ro', undefined]],
      onlyIfExists: true,
      origin,
    })
  })
}

function readOnly(file: MountStep): MountStep {
  return { ...file, options: [...file.options.filter(([name]) => name !== 'ro'), ['ro', undefined]] }
}
