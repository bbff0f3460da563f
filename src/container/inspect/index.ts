/** `inspect`: compares a container as it was planned with its present state on the host. */
import type { RuntimeContext } from '../../context.ts'
import { quietly } from '../../errors.ts'
import { linkStatusOf } from '../../host/files.ts'
import type { Host } from '../../host/types.ts'
import type { Plan } from '../../translate/core/plan.ts'
import { markerRule } from '../../translate/devices/ruleset-input.ts'
import { placesOf } from '../mounts/places.ts'
import { currentStatus, isOfEarlierBoot } from '../state/state-file.ts'
import * as ask from './ask.ts'
import { compareDevices, expectedDevices } from './devices.ts'
import { expectedMounts } from './expected-mounts.ts'
import { compareInterfaces, defaultRouteOf } from './interfaces.ts'
import { compared, driftCount, type Item, type Sections } from './item.ts'
import { compareLimits, plannedLimits } from './limits.ts'
import { compareMounts } from './mounts.ts'
import { compareParameters, listParameters, type Parameters } from './parameters.ts'
import { compareProcesses } from './processes.ts'
import { type Records, readRecords } from './records.ts'
import { compareRules } from './rules.ts'

/** A container, its plan, and the differences between the plan and the host. */
export interface Inspection {
  readonly id: string
  /** The status that `state` prints; `unknown` when state.json cannot be read. */
  readonly status: string
  /** Full name of the jail. */
  readonly jail: string
  /** The jail's id; 0 when the jail does not exist. */
  readonly jid: number
  /** The jail's root on the host; null when no file records it. */
  readonly root: string | null
  readonly bundle: string | null
  /** True when the host has been restarted since the container was created. */
  readonly rebooted: boolean
  /** The number of differences from the plan. */
  readonly drift: number
  readonly sections: Sections
  readonly plan: Plan | null
}

/**
 * Inspects a container and changes nothing. A missing or damaged file and a missing jail are reported as drift.
 * @throws JailwrightError NOT_FOUND when there is no such container, STATE for a directory that jailwright did not
 * make, UNSUPPORTED for a container of another program.
 */
export function inspect(ctx: RuntimeContext, id: string): Inspection {
  const records = readRecords(ctx, id)
  const { state, plan, jailName, root } = records
  const { host } = ctx
  const rebooted = records.rebooted || (state !== undefined && isOfEarlierBoot(host, state))
  const jail = findJail(ctx, records)
  const parameters = jail.found ? jailItems(ctx.host, records, jail.found) : []
  const sections: Sections = {
    files: records.items,
    parameters: [jail.item, ...parameters],
    mounts: mountItems(ctx, records, id),
    rules: ruleItems(ctx, records),
    devices: deviceItems(ctx, records),
    interfaces: interfaceItems(ctx, records, jail.found),
    limits: limitItems(ctx, records, jail.jid !== 0),
    processes: compareProcesses(
      state && {
        pid: state.pid,
        start: state.pidStart,
        jid: state.jid,
        paused: state.paused,
        ended: currentStatus(host, state) === 'stopped',
      },
      state && state.pid > 0 ? host.kernel.processInfo(state.pid) : undefined,
      jail.jid === 0 ? [] : ask.processesOf(host, jail.jid),
    ),
  }
  return {
    id,
    status: state ? currentStatus(host, state) : 'unknown',
    jail: jailName,
    jid: jail.jid,
    root: root ?? null,
    bundle: state?.bundle ?? null,
    rebooted,
    drift: driftCount(sections),
    sections,
    plan: plan ?? null,
  }
}

/** Finds the container's jail. A jail of the same name with another root belongs to somebody else. */
function findJail(
  { host }: RuntimeContext,
  { jailName, jid: planned, root, plan, state }: Records,
): { jid: number; found: Parameters | undefined; item: Item } {
  const jid = host.kernel.jailId(jailName) ?? 0
  const found = jid === 0 ? undefined : quietly(() => ask.jailParameters(host, jid, plan))
  const wanted = planned === undefined ? undefined : String(planned)
  const name = 'jid'
  if (jid === 0) {
    const known = wanted === undefined ? {} : { planned: wanted }
    // A `create` that is still running, or that died early, has not made the jail.
    if (state?.status === 'creating' && planned === undefined)
      return { jid, found, item: { name, mark: 'other', note: `jail ${jailName} is not made yet` } }
    return { jid, found, item: { name, mark: 'drift', ...known, note: `jail ${jailName} is gone` } }
  }
  if (found && root !== undefined && found.path !== root && planned !== jid) {
    const note = `jail ${jailName} is another's: its path is ${found.path}`
    return { jid: 0, found: undefined, item: { ...compared(name, wanted, String(jid)), mark: 'drift', note } }
  }
  const item = compared(name, wanted ?? String(jid), String(jid))
  return { jid, found, item: wanted === undefined ? { name, mark: 'unknown', found: String(jid) } : item }
}

function jailItems(host: Host, { plan, root }: Records, found: Parameters): Item[] {
  const step = plan?.steps.find(each => each.kind === 'jail')
  if (step?.kind !== 'jail' || root === undefined) return listParameters(found)
  const planned = { parameters: step.parameters, path: root }
  return compareParameters(planned, found, ask.allowedByDefault(host, Object.keys(found)))
}

function mountItems(ctx: RuntimeContext, records: Records, id: string): Item[] {
  const { plan, entries, whole, root, files } = records
  const { host } = ctx
  const expected = expectedMounts(plan, entries, whole, {
    readonlyRoot: files.root,
    of: step => (root === undefined ? [step.destination] : placesOf(host, root, step)),
  })
  return compareMounts(
    expected,
    host.kernel.mounts(),
    root,
    ask.ownerOfMount(ctx, id),
    plan !== undefined || whole,
  )
}

function ruleItems({ host }: RuntimeContext, records: Records): Item[] {
  const { plan, jailName, entries } = records
  const step = plan?.steps.find(each => each.kind === 'ruleset')
  const recorded = entries.find(({ undo }) => undo.op === 'ruleset')
  if (plan && step?.kind !== 'ruleset') return []
  const name = 'ruleset'
  let set: ReturnType<typeof ask.rulesetOf>
  try {
    set = ask.rulesetOf(host, records)
  } catch (error) {
    return [{ name, mark: 'unknown', note: (error as Error).message }]
  }
  if (set === undefined) {
    if (plan || recorded) return [{ name, mark: 'drift', note: 'it is gone' }]
    return []
  }
  const found = String(set.number)
  if (step?.kind !== 'ruleset')
    return [
      { name, mark: 'unknown', found },
      ...set.rules.map((rule): Item => ({ name: rule, mark: 'unknown', found: rule })),
    ]
  const planned = recorded?.undo.op === 'ruleset' ? String(recorded.undo.number) : found
  return [
    compared(name, planned, found),
    ...compareRules([markerRule(jailName), ...step.rules], set.rules, ask.hostIds()),
  ]
}

/** Nodes below the container's /dev by the rules of the plan and of the updates since. */
function deviceItems({ host }: RuntimeContext, { plan, entries, root }: Records): Item[] {
  const step = plan?.steps.find(each => each.kind === 'ruleset')
  const updates = entries.flatMap(({ done }) => (done?.rule === undefined ? [] : [done.rule])).reverse()
  const expected = expectedDevices(step?.kind === 'ruleset' ? step.rules : [], updates)
  if (root === undefined || expected.size === 0) return []
  const dev = host.kernel.mounts().some(({ on, fstype }) => on === `${root}/dev` && fstype === 'devfs')
  return compareDevices(expected, {
    ofHost: name => quietly(() => linkStatusOf(`/dev/${name}`)) !== undefined,
    ofContainer: name => (dev ? ask.hasDevice(host, root, name) : undefined),
  })
}

function interfaceItems(
  { host }: RuntimeContext,
  { plan, jailName }: Records,
  jail: Parameters | undefined,
): Item[] {
  const steps = plan?.steps ?? []
  const inside = jail?.vnet === 'new' ? ask.interfaces(host, jailName) : undefined
  const speaksOf = steps.some(
    ({ kind }) => kind === 'run' || kind === 'loopback' || kind === 'move-interface',
  )
  const outside = speaksOf ? ask.interfaces(host) : undefined
  const families = steps.flatMap(step => defaultRouteOf(step, jailName)?.family ?? [])
  const gateways = inside && families.length > 0 ? ask.gateways(host, jailName, families) : undefined
  return compareInterfaces(steps, jailName, {
    inside,
    outside: outside ?? new Map(),
    ...(gateways && { gateways }),
  })
}

function limitItems({ host }: RuntimeContext, records: Records, alive: boolean): Item[] {
  const { plan, entries, jailName } = records
  const planned = (plan?.steps ?? []).flatMap(step => (step.kind === 'run' ? [step.call] : []))
  // The calls that `update` has made since, oldest first.
  const updates = entries.flatMap(({ done }) => done?.call ?? []).reverse()
  const limits = plan && plannedLimits([...planned, ...updates], jailName)
  return compareLimits(limits, ask.limits(host, jailName, alive), jailName)
}
