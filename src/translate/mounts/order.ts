/** The order of mounts, and the mount points that must exist before a tmpfs becomes read-only. */
import type { MountPoint, MountStep } from '../core/plan.ts'

/**
 * Sorts mounts: parents before children, and directories before files, so that a file is mounted inside a mounted
 * directory even where a link of the image makes two paths one place. Mounts on one destination keep the config's order.
 */
export function inOrder(steps: readonly MountStep[]): MountStep[] {
  const rank = (step: MountStep) =>
    (step.target === 'dir' ? 0 : 1_000_000) + step.destination.split('/').length
  return steps
    .map((step, index) => ({ step, index, rank: rank(step) }))
    .sort((a, b) => a.rank - b.rank || a.index - b.index)
    .map(({ step }) => step)
}

/** True for a path strictly inside another one. */
export function isBelow(path: string, other: string): boolean {
  return path.startsWith(`${other}/`)
}

/** The same mount, read-only. */
export function asReadonly(step: MountStep): MountStep {
  return { ...step, options: [...step.options.filter(([name]) => name !== 'ro'), ['ro', undefined]] }
}

/** True for a read-only tmpfs. One with mount points inside becomes read-only only after these are made. */
function isReadonlyTmpfs(step: MountStep): boolean {
  return step.fstype === 'tmpfs' && !step.mask && step.options.some(([name]) => name === 'ro')
}

/** Adds to each read-only tmpfs the mount points of later steps inside it. */
export function withMountPoints(steps: readonly MountStep[]): MountStep[] {
  return steps.map((step, index) => {
    if (!isReadonlyTmpfs(step)) return step
    const later = steps
      .slice(index + 1)
      .filter(other => isBelow(other.destination, step.destination))
      // Masked and read-only paths need no mount point: they are covered only where they exist. What is below the source of
      // an rbind has one there.
      .filter(other => !other.mask && !other.readonlyCopy && other.below === undefined)
      .filter(other => !liesInMount(other, step, steps))
    return later.length === 0 ? step : { ...step, inside: later.map(mountPoint) }
  })
}

/** True when a mount lies inside an earlier mount that is itself inside `outer`. */
function liesInMount(step: MountStep, outer: MountStep, steps: readonly MountStep[]): boolean {
  return steps
    .slice(0, steps.indexOf(step))
    .some(
      other =>
        !other.readonlyCopy &&
        isBelow(other.destination, outer.destination) &&
        isBelow(step.destination, other.destination),
    )
}

function mountPoint({ destination, target, createMode, onlyIfExists, via, origin }: MountStep): MountPoint {
  return {
    destination,
    target,
    ...(createMode === undefined ? {} : { createMode }),
    ...(onlyIfExists === undefined ? {} : { onlyIfExists }),
    ...(via === undefined ? {} : { via }),
    origin,
  }
}
