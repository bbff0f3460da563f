/**
 * The mounts below the source of a nullfs. nullfs does not follow them (sys/fs/nullfs/null_vnops.c, null_lookup: a lookup
 * in the lower file system never crosses a mount point), so each of them takes a nullfs of its own.
 */
import type { MountEntry } from '../../host/types.ts'
import * as posix from '../../paths.ts'
import type { Context } from '../core/context.ts'
import type { HostFacts, MountStep } from '../core/plan.ts'
import { holderOf } from './mount-table.ts'
import { asReadonly, isBelow } from './order.ts'

/** File systems of the kernel's own: they show processes and devices of the host, or mount when they are looked at. */
const NOT_FOLLOWED = new Set(['autofs', 'devfs', 'fdescfs', 'linprocfs', 'linsysfs', 'mqueuefs', 'procfs'])

/** Flags of a mount that a nullfs of it does not take over by itself (sys/fs/nullfs/null_vfsops.c, nullfs_mount). */
const INHERITED = ['ro', 'nosuid', 'noexec']

/** The mounts below a source that can be seen on the host, in the order of the table. */
interface MountsBelow {
  /** The source with all links resolved. */
  source: string
  /** Each can be shown by a nullfs of its own. */
  shown: readonly MountEntry[]
  /** File systems of the kernel's own. */
  leftOut: readonly MountEntry[]
}

/**
 * Looks below a source. What a container runtime has mounted is not the host's: mounts with MNT_IGNORE, and whatever
 * lies in the root of a container, `rootPath` (the root that is being made) among them. A source that lies in such a root
 * itself shows what is mounted below it there.
 */
function mountsBelow(facts: HostFacts, source: string, rootPath: string): MountsBelow {
  const table = facts.mounts?.() ?? []
  const real = facts.realPath?.(source) ?? source
  const isInside = (path: string) => path !== '/' && (real === '/' || isBelow(path, real))
  const candidates = table.filter(({ on, flags }) => isInside(on) && !flags?.includes('ignore'))
  if (candidates.length === 0) return { source: real, shown: [], leftOut: [] }
  const roots = [...containerRoots(table), facts.realPath?.(rootPath) ?? rootPath].filter(
    root => root !== real && !isBelow(real, root),
  )
  const seen = candidates.filter(
    mount =>
      !roots.some(root => mount.on === root || isBelow(mount.on, root)) &&
      table[holderOf(table, mount.on)] === mount,
  )
  return {
    source: real,
    // A path that leads elsewhere by now is the work of somebody who may write to the source.
    shown: seen.filter(({ on, fstype }) => !NOT_FOLLOWED.has(fstype) && leadsTo(facts, on)),
    leftOut: seen.filter(({ fstype }) => NOT_FOLLOWED.has(fstype)),
  }
}

/** Whether a path that the table tells still leads to that place. */
function leadsTo(facts: HostFacts, on: string): boolean {
  return facts.pathKind(on) !== undefined && (facts.realPath === undefined || facts.realPath(on) === on)
}

/**
 * Roots of containers that exist: a runtime mounts a devfs with MNT_IGNORE on the /dev of each; a read-only one is a nullfs.
 * The flags of a nullfs are no proof: statfs(2) tells those of what it shows (null_vfsops.c, nullfs_statfs).
 */
function containerRoots(table: readonly MountEntry[]): Set<string> {
  const roots = new Set(
    table.flatMap(({ on, fstype, flags }) =>
      fstype === 'devfs' && flags?.includes('ignore') && on.endsWith('/dev') ? [on.slice(0, -4)] : [],
    ),
  )
  for (const { on, from, fstype } of table) if (fstype === 'nullfs' && roots.has(on)) roots.add(from)
  return roots
}

/**
 * The steps that show the mounts below the source of `step`, a nullfs of a directory, when it is an `rbind`. For any other
 * bind nothing is added, and a warning says what is not shown.
 */
export function followMounts(
  context: Context,
  step: MountStep,
  words: readonly string[],
  property: string,
): MountStep[] {
  if (!context.facts.mounts) return []
  const rootPath = posix.resolve(context.bundleDir, context.config.root?.path ?? '/')
  const { source, shown, leftOut } = mountsBelow(context.facts, step.source, rootPath)
  const rbind = words.indexOf('rbind')
  if (rbind === -1) {
    if (shown.length > 0)
      context.warn(
        `${property}.source: what is mounted below ${step.source} is not shown (rbind shows it): ${list(shown)}`,
      )
    return []
  }
  const notes = [
    ...(shown.length === 0 ? [] : [`a nullfs for each mount below ${step.source}: ${list(shown)}`]),
    ...(leftOut.length === 0 ? [] : [`left out: ${list(leftOut)}`]),
  ]
  const none = 'nothing is mounted below the source'
  context.fate(
    `${property}.options[${rbind}]`,
    shown.length === 0 ? 'ignored' : 'translated',
    notes.length === 0 ? none : notes.join('; '),
  )
  return shown.map(mount => {
    const below = source === '/' ? mount.on : mount.on.slice(source.length)
    const flags = INHERITED.filter(
      flag => mount.flags?.includes(flag) && !step.options.some(([name]) => name === flag),
    )
    return {
      ...step,
      source: mount.on,
      destination: `${step.destination}${below}`,
      target: context.facts.pathKind(mount.on) === 'file' ? 'file' : 'dir',
      options: [...step.options, ...flags.map(flag => [flag, undefined] as const)],
      below,
    }
  })
}

/** How many mounts a line names. */
const NAMED = 8

function list(mounts: readonly MountEntry[]): string {
  const named = mounts.slice(0, NAMED).map(({ on, fstype }) => `${on} (${fstype})`)
  return [...named, ...(mounts.length > NAMED ? [`${mounts.length - NAMED} more`] : [])].join(', ')
}

/**
 * Steps in the config's order without those of `followMounts` that another mount of the config hides: one on the same
 * destination, on one that lies between, or a later one on the destination of the rbind itself.
 */
export function withoutHidden(steps: readonly MountStep[]): MountStep[] {
  return steps.filter((step, index) => {
    const { below, destination } = step
    if (below === undefined) return true
    const top = destination.slice(0, -below.length)
    return !steps.some(
      (other, at) =>
        other.below === undefined &&
        (other.destination === destination || isBelow(destination, other.destination)) &&
        (isBelow(other.destination, top) || (other.destination === top && at > index)),
    )
  })
}

/** Makes what a step shows of the mounts below its source read-only, too. */
export function followReadonly(steps: MountStep[], destination: string): void {
  for (const [at, step] of steps.entries())
    if (step.below !== undefined && step.destination === `${destination}${step.below}`)
      steps[at] = asReadonly(step)
}
