/** Normalises paths inside a container, and makes mount steps of `linux.maskedPaths` and `linux.readonlyPaths`. */

import { findLast, findLastIndex } from '../../es2020.ts'
import * as posix from '../../paths.ts'
import type { Context } from '../core/context.ts'
import type { MountStep } from '../core/plan.ts'
import { type DeviceRequests, nameBelowDev } from '../devices/requests.ts'
import { followReadonly } from './below-source.ts'
import { asReadonly, isBelow } from './order.ts'

/** An absolute path without `.`, `..` and double slashes; `..` in the root stays in the root. */
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

/** The mount that holds a path, the innermost of `mounts`, which are in order. */
function holderOf(path: string, mounts: readonly MountStep[]): MountStep | undefined {
  return findLast(mounts, mount => `${path}/`.startsWith(`${mount.destination}/`))
}

/** Changes the last mount on exactly this destination; false when there is none. */
function isMount(destination: string, mounts: MountStep[], change: (mount: MountStep) => MountStep): boolean {
  const at = findLastIndex(mounts, mount => mount.destination === destination)
  const step = mounts[at]
  if (!step) return false
  mounts[at] = change(step)
  return true
}

/**
 * True for the mount of a single file, which is changed itself because no other mount can cover it (EBUSY;
 * sys/kern/vfs_mount.c, vfs_domount).
 */
function isFileMount(
  destination: string,
  mounts: MountStep[],
  change: (file: MountStep) => MountStep,
): boolean {
  if (findLast(mounts, mount => mount.destination === destination)?.target !== 'file') return false
  return isMount(destination, mounts, change)
}

/**
 * The steps for `linux.maskedPaths`, which follow all others: a read-only tmpfs hides a directory, an empty file hides any
 * other object. A file cannot cover a device, so a rule hides devices in the container's /dev (`requests`). A mount of
 * `mounts` that is a masked file is changed in place.
 */
export function maskedPaths(context: Context, mounts: MountStep[], requests: DeviceRequests): MountStep[] {
  const masks: MountStep[] = []
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
    if (masks.some(mask => mask.destination === destination)) return
    if (isFileMount(destination, mounts, file => ({ ...file, mask: true }))) return
    masks.push({
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
  return masks
}

/** File systems without writable contents, where a read-only path has nothing to protect. */
const READONLY_TYPES = new Set(['linprocfs', 'linsysfs', 'procfs'])

/** File systems of devices and descriptors: a write reaches the device, whether or not the mount is read-only. */
const DEVICE_TYPES = new Set(['devfs', 'fdescfs'])

/**
 * The steps for `linux.readonlyPaths`: a read-only copy covers each path that exists (see `MountStep.readonlyCopy`). A mount
 * of `mounts` on the path itself is made read-only in place. Each step belongs after the mount that holds the path and
 * before those inside the path.
 */
export function readonlyPaths(
  context: Context,
  mounts: MountStep[],
  masks: readonly MountStep[],
): MountStep[] {
  const made: MountStep[] = []
  const within = (path: string, outer: string) => path === outer || isBelow(path, outer)
  /** True when the read-only outer path protects this one too, because no mount lies between the two. */
  const covers = (outer: MountStep, path: string) =>
    within(path, outer.destination) &&
    !mounts.some(({ destination }) => isBelow(destination, outer.destination) && within(path, destination))
  context.config.linux?.readonlyPaths?.forEach((path, index) => {
    const origin = `linux.readonlyPaths[${index}]`
    const destination = normalise(context, path, origin)
    if (destination === undefined) return
    const holder = holderOf(destination, mounts)
    if (holder && DEVICE_TYPES.has(holder.fstype)) {
      const why = `nothing can be made in ${holder.fstype}, and a device is written to all the same`
      context.fate(origin, 'ignored', why)
      return
    }
    if (holder && READONLY_TYPES.has(holder.fstype)) {
      context.fate(origin, 'translated', `${holder.fstype} cannot be written there`)
      return
    }
    // A socket's mount is always read-only.
    if (isMount(destination, mounts, step => (step.target === 'socket' ? step : asReadonly(step)))) {
      followReadonly(mounts, destination)
      context.fate(origin, 'translated', 'the mount there is made read-only')
      return
    }
    context.fate(origin, 'translated', 'a read-only copy of it, made at create, where it exists')
    // A masked path cannot be written.
    if (masks.some(mask => within(destination, mask.destination))) return
    made.push({
      kind: 'mount',
      fstype: 'tmpfs',
      source: 'tmpfs',
      destination,
      target: 'dir',
      options: [['ro', undefined]],
      copyUp: true,
      onlyIfExists: true,
      readonlyCopy: true,
      origin,
    })
  })
  return made.filter(
    (step, index) =>
      !made.some((outer, at) =>
        outer.destination === step.destination ? at < index : covers(outer, step.destination),
      ),
  )
}
