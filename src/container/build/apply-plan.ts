/** Executes a plan step by step. The undo of each effect is in the journal before the effect happens. */
import { JailwrightError, ToolError } from '../../errors.ts'
import { makeDirectories } from '../../host/files.ts'
import { runTool } from '../../host/run-tool.ts'
import type { Host, MountEntry } from '../../host/types.ts'
import { waitUntil } from '../../host/wait.ts'
import { isInterfaceName } from '../../translate/core/names.ts'
import type {
  JailStep,
  LoopbackStep,
  MountStep,
  MoveInterfaceStep,
  Plan,
  RunStep,
  Step,
  ToolCall,
} from '../../translate/core/plan.ts'
import { explainClash } from '../jail/address-clash.ts'
import { perform } from '../jail/calls.ts'
import { takeRuleset } from '../jail/devfs-rulesets.ts'
import { explainRefusal } from '../jail/explain-refusal.ts'
import { setJail } from '../jail/set-jail.ts'
import type { Journal } from '../journal/journal.ts'
import { applyMount } from '../mounts/apply-mount.ts'
import { lookUp, type Roots } from '../mounts/mount-point.ts'
import { mountKey } from '../mounts/owners.ts'
import { checkReadonlyRoot } from '../mounts/same-object.ts'
import { mountSocket } from '../mounts/socket.ts'
import type { Layout } from '../state/paths.ts'

/** The result of executing a plan. */
export interface Applied {
  /** The directory that the jail has as its root. */
  rootPath: string
}

/** Values of placeholders `%{name}` that are known so far. */
type Captured = Map<string, string>

/** Replaces placeholders. `%{epair0:b}` is the other end of the epair that `epair0` names. */
function fill(text: string, captured: Captured): string {
  return text.replaceAll(/%\{([a-z0-9_]+)(:b)?\}/g, (whole, name: string, other: string | undefined) => {
    const value = captured.get(name)
    if (value === undefined) return whole
    return other ? value.replace(/a$/, 'b') : value
  })
}

function fillCall(call: ToolCall, captured: Captured): ToolCall {
  return {
    ...call,
    args: call.args.map(arg => fill(arg, captured)),
    ...(call.stdin === undefined ? {} : { stdin: fill(call.stdin, captured) }),
  }
}

/**
 * Executes all steps in order, and calls `jailed` as soon as the jail exists.
 * @throws JailwrightError at the first step that fails; the caller then plays the journal back.
 */
export function applyPlan(
  host: Host,
  journal: Journal,
  plan: Plan,
  { files, standing }: { files: Layout; standing?: readonly MountEntry[] | undefined },
  jailed: (jid: number) => void,
): Applied {
  const captured: Captured = new Map()
  const roots: Roots = {
    mountRoot: plan.rootPath,
    realRoot: plan.rootPath,
    empty: files.empty,
    ...(standing && { standing }),
  }
  const mount = (step: MountStep): void => {
    const options = step.options.map(([name, value]) => [name, value && fill(value, captured)] as const)
    const way = step.target === 'socket' ? mountSocket : applyMount
    way(host, journal, { ...step, options }, roots)
  }
  const apply = (step: Step): void => {
    switch (step.kind) {
      case 'ruleset':
        captured.set(step.name, String(takeRuleset(host, journal, step, plan.jailName)))
        return
      case 'readonly-root':
        roots.mountRoot = mountReadonlyRoot(host, journal, plan.rootPath, files)
        return
      case 'mount':
        mount(step)
        return
      case 'jail':
        makeWorkingDirectory(host, journal, plan, roots)
        jailed(makeJail(host, journal, step, roots, plan.annotations))
        return
      case 'run':
        runStep(host, journal, step, captured)
        return
      case 'loopback':
        if (!isLoopbackOfInit(plan)) loopbackUp(host, step)
        return
      case 'move-interface':
        moveInterface(host, journal, step)
    }
  }
  for (const step of plan.steps) apply(step)
  return { rootPath: roots.mountRoot }
}

/**
 * Mounts the root read-only below the state directory by a nullfs. nullfs_mount in sys/fs/nullfs/null_vfsops.c refuses
 * an update, so the mount cannot become read-only later.
 */
function mountReadonlyRoot(host: Host, journal: Journal, rootPath: string, files: Layout): string {
  makeDirectories(files.root, 0o755)
  checkReadonlyRoot(host, rootPath, files.root)
  journal.perform(
    'mount read-only root',
    {
      op: 'unmount',
      path: files.root,
      fstype: 'nullfs',
      from: rootPath,
      before: host.kernel.mountAt(files.root)?.fsid,
    },
    () => {
      host.kernel.nmount([
        ['fstype', 'nullfs'],
        ['fspath', files.root],
        ['from', rootPath],
        ['ro', undefined],
      ])
      return host.kernel.mountAt(files.root)?.fsid
    },
    fsid => (fsid === undefined ? {} : { fsid }),
  )
  return files.root
}

/**
 * Makes a missing working directory in a read-only root, where init could not make it later. It comes after all mounts,
 * because the directory may lie in one of them.
 */
function makeWorkingDirectory(host: Host, journal: Journal, { process }: Plan, roots: Roots): void {
  if (roots.mountRoot === roots.realRoot) return
  const made = lookUp(
    host,
    journal,
    { origin: 'process.cwd', destination: process.cwd, target: 'dir', onlyIfExists: false },
    roots,
  )
  if (made) host.process.close(made.fd)
}

/**
 * Makes the jail by jail_set(2) with JAIL_CREATE. The module that brings a parameter is loaded first, as libjail does.
 */
function makeJail(
  host: Host,
  journal: Journal,
  step: JailStep,
  { mountRoot: path, standing = host.kernel.mounts() }: Roots,
  annotations: Plan['annotations'],
): number {
  if (host.kernel.jailId(step.name) !== undefined) {
    throw new JailwrightError('EXISTS', `jail "${step.name}" already exists`, { subject: step.name })
  }
  const parameters = [['name', step.name], ['path', path], ...step.parameters] as const
  // A mount in the root that is neither in this list nor in a journal was made by the jail itself.
  const below = standing.filter(({ on }) => on === path || on.startsWith(path === '/' ? '/' : `${path}/`))
  try {
    return journal.perform(
      `jail ${step.name}`,
      { op: 'jail', name: step.name, path, standing: below.map(mountKey) },
      () => setJail(host, step.name, parameters, 'create'),
      jid => ({ jid }),
    )
  } catch (error) {
    throw explainRefusal(host, explainClash(host, error, step, annotations), step)
  }
}

/**
 * True when init brings lo0 up after it has entered the jail. 127.0.0.1 must stay the first address of lo0, so when the
 * plan has further addresses, ifconfig(8) configures all of lo0 and init does nothing.
 */
export function isLoopbackOfInit({ steps }: Plan): boolean {
  const others = steps.some(step => step.kind === 'run' && step.call.args.includes('lo0'))
  return !others && steps.some(({ kind }) => kind === 'loopback')
}

function loopbackUp(host: Host, { jail, ipv6 }: LoopbackStep): void {
  runTool(host, { tool: 'ifconfig', args: ['-j', jail, 'lo0', 'inet', '127.0.0.1/8', 'up'] })
  if (ipv6) runTool(host, { tool: 'ifconfig', args: ['-j', jail, 'lo0', 'inet6', '::1/128'] })
}

function runStep(host: Host, journal: Journal, step: RunStep, captured: Captured): void {
  const call = fillCall(step.call, captured)
  // The name of a new interface is known only afterwards, so the undo uses the placeholder that a later step fills.
  const undo = step.undo.map(each => fillCall(each, captured))
  const output = journal.perform(`${call.tool} ${call.args.join(' ')}`, { op: 'run', calls: undo }, () =>
    named(step.origin, () =>
      step.until ? runUntil(host, call, step.origin, step.until) : perform(host, call),
    ),
  )
  if (step.capture) captured.set(step.capture, interfaceName(output, call, step.origin))
}

/** The name of the interface that a tool has made, as it prints it. Code HOST for output that is none. */
function interfaceName(output: string, { tool, args }: ToolCall, origin: string): string {
  const name = output.trim()
  if (isInterfaceName(name)) return name
  throw new JailwrightError(
    'HOST',
    `${origin}: ${tool} ${args.join(' ')}: ${JSON.stringify(name)} is no name of an interface`,
    { subject: origin },
  )
}

/**
 * Calls a tool until its output does not contain a text.
 * @throws JailwrightError HOST when the time is over, or when the output shows that waiting is useless.
 */
function runUntil(
  host: Host,
  call: ToolCall,
  origin: string,
  { without, never, seconds }: NonNullable<RunStep['until']>,
): string {
  let output = ''
  const done = () => {
    output = runTool(host, call)
    return output.includes(never) || !output.includes(without)
  }
  const line = `${origin}: ${call.tool} ${call.args.join(' ')}`
  if (!waitUntil(done, seconds * 1000))
    throw new JailwrightError('HOST', `${line}: ${without} after ${seconds} seconds still`, {
      subject: origin,
    })
  if (output.includes(never)) throw new JailwrightError('HOST', `${line}: ${never}`, { subject: origin })
  return output
}

/**
 * Moves an interface into the jail. The undo returns it, and accepts that the end of the jail has already returned it.
 */
function moveInterface(
  host: Host,
  journal: Journal,
  { interface: name, jail, origin }: MoveInterfaceStep,
): void {
  const gone = ['not found', 'does not exist', 'Device not configured', 'File exists']
  journal.perform(
    `move ${name}`,
    { op: 'run', calls: [{ tool: 'ifconfig', args: [name, '-vnet', jail], ignore: gone }] },
    () => named(origin, () => runTool(host, { tool: 'ifconfig', args: [name, 'vnet', jail] })),
  )
}

/** Puts the property before a tool's error, which names no property. */
function named<T>(origin: string, action: () => T): T {
  try {
    return action()
  } catch (error) {
    throw error instanceof ToolError ? error.withMessage(`${origin}: ${error.message}`) : error
  }
}
