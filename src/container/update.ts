/** `update`: changes limits and devices of an existing container. */
import type { LinuxResources } from '../bundle/generated/config.ts'
import type { RuntimeContext } from '../context.ts'
import { ConfigErrors, JailwrightError, ToolError } from '../errors.ts'
import type { Host } from '../host/types.ts'
import type { Fate, HostFacts, ToolCall } from '../translate/core/plan.ts'
import { nameBelowDev } from '../translate/devices/requests.ts'
import { liveDeviceRules } from '../translate/devices/rules.ts'
import { disposition } from '../translate/disposition/disposition.ts'
import { allFates } from '../translate/disposition/fates.ts'
import { OR_BEST_EFFORT, racctProblem } from '../translate/limits/accounting.ts'
import { updateCalls } from '../translate/limits/limits.ts'
import { perform } from './jail/calls.ts'
import { inDevfsWords } from './jail/devfs-rulesets.ts'
import { hostFacts } from './jail/host-facts.ts'
import { Journal } from './journal/journal.ts'
import { lockContainer } from './state/lock.ts'
import { type Layout, layout } from './state/paths.ts'
import { readPlan } from './state/plan-file.ts'
import { realRoot } from './state/root.ts'
import { currentStatus, requireState, type StateFile } from './state/state-file.ts'

/** The beginning of the rows of the disposition table that concern `update`. */
const RESOURCES = 'linux.resources.'

/** The changes to make. */
export interface UpdateOptions {
  id: string
  resources: LinuxResources
  /** Device names, with or without `/dev/`. */
  addDevices: readonly string[]
  removeDevices: readonly string[]
  /** With `best-effort` a kernel without accounting is a warning. */
  limits?: 'strict' | 'best-effort' | undefined
  /** Options that have no effect on FreeBSD, and the property whose row of the disposition table gives the reason. */
  ignored: readonly { option: string; property: string }[]
}

/**
 * Changes limits and devices of a created, running or paused container. Everything is checked before anything is
 * changed. Each request without effect is a warning.
 * @throws ConfigErrors for wrong resources; JailwrightError STATE, UNSUPPORTED (no accounting) or HOST.
 */
export function update(ctx: RuntimeContext, options: UpdateOptions): void {
  const { id } = options
  requireState(ctx.root, id)
  const lock = lockContainer(ctx.host, layout(ctx.root, id).lock, id)
  try {
    const { files, state } = requireState(ctx.root, id)
    const status = currentStatus(ctx.host, state)
    if (status === 'stopped' || status === 'creating') {
      throw new JailwrightError('STATE', `cannot update container "${id}": it is ${status}`, { subject: id })
    }
    const facts = hostFacts(ctx.host, ctx.root)
    const limits = limitCalls(ctx, facts, state, options)
    const devices = deviceCalls(ctx, facts, files, state, options)
    const guarded = { ...ctx, host: lock.guard(ctx.host) }
    applyLimits(guarded, files, state, limits)
    applyDevices(guarded, files, devices)
  } finally {
    lock.release()
  }
}

function limitCalls(
  ctx: RuntimeContext,
  facts: HostFacts,
  state: StateFile,
  options: UpdateOptions,
): ToolCall[] {
  const errors: JailwrightError[] = []
  const said = new Map<string, Fate>()
  const warnings: string[] = []
  const calls = updateCalls(state.jailName, options.resources, {
    fail: (property, text) => {
      errors.push(new JailwrightError('CONFIG', `resources.${property}: ${text}`, { subject: property }))
    },
    warn: text => void warnings.push(`resources.${text}`),
    fate: (name, fate, note) => {
      const property = `${RESOURCES}${name}`
      said.set(property, { property, fate, note })
    },
  })
  if (errors.length > 0) throw new ConfigErrors(errors, { ofBundle: false })
  warnOfIgnored(ctx, options, said)
  const problem = racctProblem(facts)
  if (!problem) {
    for (const text of warnings) ctx.log.warn(text)
    return calls
  }
  // A kernel without accounting has no limits that could be removed.
  const possible = calls.filter(call => call.tool !== 'rctl')
  if (!calls.some(call => call.tool === 'rctl' && call.args[0] === '-a')) return possible
  if (options.limits !== 'best-effort') {
    throw new JailwrightError('UNSUPPORTED', problem.text, {
      subject: 'kern.racct.enable',
      hint: `${problem.hint}${OR_BEST_EFFORT}`,
    })
  }
  ctx.log.warn(`limits are not in force: ${problem.text}; ${problem.hint}`)
  return possible
}

/** Warns of each request without effect, with the reason in `said`, or else that of the disposition table. */
function warnOfIgnored(ctx: RuntimeContext, options: UpdateOptions, said: Map<string, Fate>): void {
  const { resources } = options
  if (resources.devices !== undefined) {
    const property = `${RESOURCES}devices`
    said.set(property, { property, fate: 'ignored', note: 'use --device-add and --device-remove' })
  }
  const config = { ociVersion: '1.3.0', root: { path: '/' }, linux: { resources } }
  for (const { property, fate, note } of allFates(config, said)) {
    if (fate === 'ignored' && property.startsWith(RESOURCES))
      ctx.log.warn(ignoredLine(`resources.${property.slice(RESOURCES.length)}`, note))
  }
  for (const { option, property } of options.ignored)
    ctx.log.warn(ignoredLine(option, disposition(property)?.note ?? ''))
}

/** Returns a warning. The notes of the table are sentences, and messages have no full stop. */
function ignoredLine(subject: string, note: string): string {
  return `${subject}: ignored: ${note.replace(/\.$/, '')}`
}

/**
 * Applies the calls. rctl(8) keeps rules by the jail's name, and the rules outlive the jail (prison_racct_detach in
 * sys/kern/kern_jail.c), so their removal is recorded in the journal before they are added.
 */
function applyLimits(ctx: RuntimeContext, files: Layout, state: StateFile, calls: readonly ToolCall[]): void {
  const journal = new Journal(files.journal)
  const undo: ToolCall = { tool: 'rctl', args: ['-r', `jail:${state.jailName}`], ignore: ['No such process'] }
  for (const call of calls) {
    const calls = call.tool === 'rctl' ? [undo] : []
    journal.perform(
      `${call.tool} ${call.args.join(' ')}`,
      { op: 'run', calls },
      () => {
        try {
          perform(ctx.host, call)
        } catch (error) {
          // The tool's error does not name the option that caused it.
          if (error instanceof ToolError && call.tool === 'cpuset')
            throw error.withMessage(`resources.cpu.cpus (--cpuset-cpus): ${error.message}`)
          throw error
        }
      },
      () => ({ call }),
    )
  }
}

/** Returns a device's name below /dev. A name is refused when devfs(8) would read it as further words of a rule. */
function deviceName(given: string): string {
  const name = nameBelowDev(given)
  if (name !== undefined) return name
  throw new JailwrightError('USAGE', `${JSON.stringify(given)} is no name of a device below /dev`, {
    subject: given,
  })
}

/** A rule to apply to the devfs mounted at `dev`. */
interface DeviceRule {
  dev: string
  rule: string
}

/** Applies the rules. They end with the container's devfs, so the journal has nothing to undo: it keeps them for `inspect`. */
function applyDevices(ctx: RuntimeContext, files: Layout, devices: readonly DeviceRule[]): void {
  if (devices.length === 0) return
  const journal = new Journal(files.journal)
  for (const { dev, rule } of devices) {
    journal.perform(
      `devfs ${rule}`,
      { op: 'run', calls: [] },
      () => applyRule(ctx.host, dev, rule),
      () => ({ rule }),
    )
  }
}

function applyRule(host: Host, dev: string, rule: string): void {
  try {
    host.kernel.devfsApplyRule(dev, rule)
  } catch (error) {
    throw inDevfsWords(error, ['-m', dev, 'rule', 'apply', rule])
  }
}

/** Returns the rules for the container's own /dev, which must be a devfs. */
function deviceCalls(
  ctx: RuntimeContext,
  facts: HostFacts,
  files: Layout,
  state: StateFile,
  options: UpdateOptions,
): DeviceRule[] {
  const changes = [
    ['add', options.addDevices],
    ['remove', options.removeDevices],
  ] as const
  if (changes.every(([, names]) => names.length === 0)) return []
  const { readonlyRoot, rootPath } = readPlan(files)
  const dev = `${readonlyRoot ? layout(realRoot(ctx.root), state.id).root : rootPath}/dev`
  if (ctx.host.kernel.mountAt(dev)?.fstype !== 'devfs') {
    throw new JailwrightError('STATE', `container "${state.id}": ${dev} is no devfs`, { subject: dev })
  }
  return changes.flatMap(([action, names]) => {
    const { rules, missing } = liveDeviceRules(facts, names.map(deviceName), action)
    // A missing device is refused when it is removed too: a mistyped name would leave the device visible.
    if (missing[0] !== undefined) {
      const text = `--device-${action}: /dev/${missing[0]}: no such file or directory on this host`
      throw new JailwrightError('HOST', text, { subject: `/dev/${missing[0]}` })
    }
    return rules.map(rule => ({ dev, rule }))
  })
}
