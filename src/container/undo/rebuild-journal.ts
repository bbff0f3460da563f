/** Rebuilds undos from a container's state and plan, for a journal that no longer records the container's jail. */

import type { RuntimeContext } from '../../context.ts'
import { JailwrightError, quietly } from '../../errors.ts'
import { findLastIndex } from '../../es2020.ts'
import { exists } from '../../host/files.ts'
import type { MountEntry } from '../../host/types.ts'
import { basename } from '../../paths.ts'
import { jailNameOf } from '../../translate/core/names.ts'
import type { Plan, Step } from '../../translate/core/plan.ts'
import { markerRule } from '../../translate/devices/ruleset-input.ts'
import type { Entry, Journal, Undo } from '../journal/journal.ts'
import { placesOf } from '../mounts/places.ts'
import type { Layout } from '../state/paths.ts'
import { readPlan } from '../state/plan-file.ts'
import { isOfEarlierBoot, readState, type StateFile } from '../state/state-file.ts'

/**
 * Returns the undos that a lost or cut journal owes, newest first. Returns none when the journal records the jail, or
 * when nothing shows that there was one. state.json has a jid only after the whole plan was done, so every step is
 * taken back.
 * @throws JailwrightError STATE when a jail or mounts exist and the remaining files do not identify them.
 */
export function lostEntries(ctx: RuntimeContext, files: Layout, journal: Journal): Entry[] {
  if (journal.tellsOf('jail')) return []
  const state = quietly(() => readState(files))
  const plan = quietly(() => readPlan(files))
  const damaged = state === undefined && exists(files.state)
  if (state ? state.jid === 0 || isOfEarlierBoot(ctx.host, state) : !damaged) return []
  const name = state?.jailName ?? plan?.jailName ?? jailNameOf(basename(files.dir))
  const rootfs = plan?.rootPath ?? state?.rootfs
  if (rootfs === undefined) {
    if (ctx.host.kernel.jailId(name) === undefined) return []
    throw unknown(files, `jail ${name} may be its own`)
  }
  const jail = { name, jid: state?.jid }
  // Without a jid only the name and root identify the jail; a jail that does not exist may never have been made.
  if (!state && ctx.host.kernel.jailId(name) === undefined) return []
  ctx.log.warn(
    `${files.journal} does not tell of jail ${name}: what plan.json and state.json tell is taken back; names that were made in its root stay`,
  )
  if (plan) return planEntries(ctx, files, plan, jail)
  const mounted = ctx.host.kernel.mounts().find(({ on }) => on.startsWith(`${rootfs}/`) || on === files.root)
  if (mounted) throw unknown(files, `${mounted.on} is mounted`)
  return jailEntries(files, rootfs, jail)
}

function unknown({ dir }: Layout, what: string): JailwrightError {
  return new JailwrightError('STATE', `the files in ${dir} do not tell what the container had: ${what}`, {
    subject: dir,
    hint: 'remove by hand what is its own, then call delete --force again',
  })
}

interface KnownJail {
  name: string
  jid: StateFile['jid'] | undefined
}

function entry(undo: Undo, done: Entry['done'] = {}): Entry {
  return { n: 0, undo, done }
}

/** Returns undos for a jail with either of these roots. A jail with another root belongs to somebody else. */
function jailEntries(files: Layout, rootfs: string, { name, jid }: KnownJail): Entry[] {
  const done = jid === undefined ? {} : { jid }
  return [files.root, rootfs].map(path => entry({ op: 'jail', name, path }, done))
}

function planEntries(ctx: RuntimeContext, files: Layout, plan: Plan, jail: KnownJail): Entry[] {
  const { host } = ctx
  // Each step takes one mount off the list, because an older mount on the same place was there before.
  const mounts = [...host.kernel.mounts()]
  const take = (places: readonly string[], fstypes: readonly string[]): Entry[] => {
    const fits = ({ on, fstype }: MountEntry) => places.includes(on) && fstypes.includes(fstype)
    const at = findLastIndex(mounts, fits)
    return at < 0 ? [] : mounts.splice(at, 1).map(mounted)
  }
  const root = plan.readonlyRoot ? files.root : plan.rootPath
  const owed = (step: Step): Entry[] => {
    switch (step.kind) {
      case 'jail':
        return jailEntries(files, plan.rootPath, jail)
      case 'mount':
        return take(
          placesOf(host, root, step),
          step.mask || step.readonlyCopy ? ['nullfs', 'tmpfs'] : [step.fstype],
        )
      case 'readonly-root':
        return take([files.root], ['nullfs'])
      case 'ruleset': {
        const marker = markerRule(plan.jailName)
        return [...(quietly(() => host.kernel.devfsRulesets()) ?? [step.preferred])].map(number =>
          entry({ op: 'ruleset', number, marker }),
        )
      }
      case 'run':
        return [entry({ op: 'run', calls: step.undo.filter(isWhole) })]
      // These effects end with the jail, or return to the host with it.
      case 'loopback':
      case 'move-interface':
        return []
    }
  }
  return [...plan.steps].reverse().flatMap(owed)
}

function mounted({ on, fstype, from, fsid }: MountEntry): Entry {
  return entry({ op: 'unmount', path: on, fstype, from, before: undefined }, { fsid })
}

/** True when the call has no placeholder whose value was known only at `create`, such as an interface's name. */
function isWhole({ args, forDescription }: Extract<Step, { kind: 'run' }>['undo'][number]): boolean {
  return forDescription !== undefined || !args.some(arg => arg.includes('%{'))
}
