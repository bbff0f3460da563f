/** Paths inside a container: made plain, and `linux.maskedPaths` and `linux.readonlyPaths` as mount steps. */
import { posix } from 'node:path'
import type { Context } from './context.ts'
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

/** `linux.maskedPaths`: where the path exists a read-only tmpfs (a directory) or an empty file hides it. */
export function maskedPaths(context: Context): MountStep[] {
  return (context.config.linux?.maskedPaths ?? []).flatMap((path, index) => {
    const origin = `linux.maskedPaths[${index}]`
    const destination = normalise(context, path, origin)
    if (destination === undefined) return []
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
    const holder = mounts.findLast(mount => `${destination}/`.startsWith(`${mount.destination}/`))
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
