/** The order of mounts, and which mount points have to be there before something becomes read-only. */
import type { MountPoint, MountStep } from '../core/plan.ts'

/**
 * Parents before children; directories before files, so that a file lands in what is mounted, even where a link of the
 * image makes two different paths the same place. Mounts on one destination keep the config's order.
 */
export function inOrder(steps: readonly MountStep[]): MountStep[] {
  const rank = (step: MountStep) =>
    (step.target === 'dir' ? 0 : 1_000_000) + step.destination.split('/').length
  return steps
    .map((step, index) => ({ step, index, rank: rank(step) }))
    .sort((a, b) => a.rank - b.rank || a.index - b.index)
    .map(({ step }) => step)
}

/** True for a path that lies in another, and is not that. */
export function isBelow(path: string, other: string): boolean {
  return path.startsWith(`${other}/`)
}

/** The same mount, read-only. */
export function asReadonly(step: MountStep): MountStep {
  return { ...step, options: [...step.options.filter(([name]) => name !== 'ro'), ['ro', undefined]] }
}

/** A tmpfs that can be read-only from the beginning only when nothing is mounted in it. */
function isReadonlyTmpfs(step: MountStep): boolean {
  return step.fstype === 'tmpfs' && !step.mask && step.options.some(([name]) => name === 'ro')
}

/** Gives each read-only tmpfs, in order, the mount points of later steps that lie in it. */
export function withMountPoints(steps: readonly MountStep[]): MountStep[] {
  return steps.map((step, index) => {
    if (!isReadonlyTmpfs(step)) return step
    const later = steps
      .slice(index + 1)
      .filter(other => isBelow(other.destination, step.destination))
      // What is masked or made read-only is only looked at.
      .filter(other => !other.mask && !other.readonlyCopy)
      .filter(other => !liesInMount(other, step, steps))
    return later.length === 0 ? step : { ...step, inside: later.map(mountPoint) }
  })
}

/** True when a mount lies in another that is done before it and lies in `outer` itself. */
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
