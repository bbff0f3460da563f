/** Paths inside a container: made plain, and `linux.maskedPaths` and `linux.readonlyPaths` as mount steps. */

import { findLast, findLastIndex } from '../../es2020.ts'
import * as posix from '../../paths.ts'
import type { Context } from '../core/context.ts'
import type { MountStep } from '../core/plan.ts'
import { type DeviceRequests, nameBelowDev } from '../devices/requests.ts'
import { asReadonly, isBelow } from './order.ts'

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
  return findLast(mounts, mount => `${path}/`.startsWith(`${mount.destination}/`))
}

/** Changes the mount on exactly this destination, the last one; false when there is none. */
function isMount(destination: string, mounts: MountStep[], change: (mount: MountStep) => MountStep): boolean {
  const at = findLastIndex(mounts, mount => mount.destination === destination)
  const step = mounts[at]
  if (!step) return false
  mounts[at] = change(step)
  return true
}

/**
 * True for the mount of a single file, on which nothing can be stacked (vfs_mount.c, vfs_domount: MNT_NOCOVER on a file,
 * EBUSY) and which is changed itself.
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
 * `linux.maskedPaths`: where the path exists a read-only tmpfs (a directory) or an empty file hides it. A device cannot be
 * covered by a file: on the container's /dev (given by `requests`) a rule hides it. The steps are to follow all others; a
 * mount of `mounts` that is a masked file is changed there.
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

/** File systems in which nothing can be written that a read-only path would protect. */
const READONLY_TYPES = new Set(['linprocfs', 'linsysfs', 'procfs'])

/** File systems that hold nothing of their own: what is written to goes elsewhere, read-only or not. */
const DEVICE_TYPES = new Set(['devfs', 'fdescfs'])

/**
 * `linux.readonlyPaths`: a read-only copy of the path over it, where it exists (see `MountStep.readonlyCopy`). A mount
 * whose destination is the path itself is made read-only in `mounts`. The steps take their places among the mounts: after
 * what is mounted there, before what is mounted in it.
 */
export function readonlyPaths(
  context: Context,
  mounts: MountStep[],
  masks: readonly MountStep[],
): MountStep[] {
  const made: MountStep[] = []
  const within = (path: string, outer: string) => path === outer || isBelow(path, outer)
  /** Whether an outer path brings it about: nothing is mounted between the two. */
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
    // A socket is mounted read-only in any case.
    if (isMount(destination, mounts, step => (step.target === 'socket' ? step : asReadonly(step)))) {
      context.fate(origin, 'translated', 'the mount there is made read-only')
      return
    }
    context.fate(origin, 'translated', 'a read-only copy of it, made at create, where it exists')
    // What is masked cannot be written.
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
