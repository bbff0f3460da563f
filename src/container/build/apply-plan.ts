/** Executes a plan step by step; each effect's undo is in the journal before it happens. */
import { JailwrightError, ToolError } from '../../errors.ts'
import { makeDirectories } from '../../host/files.ts'
import { runTool } from '../../host/run-tool.ts'
import type { Host, MountEntry } from '../../host/types.ts'
import { waitUntil } from '../../host/wait.ts'
import { dirname, join } from '../../paths.ts'
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
import { raiseChildren } from '../jail/parent-jail.ts'
import { setJail } from '../jail/set-jail.ts'
import type { Journal } from '../journal/journal.ts'
import { applyMount } from '../mounts/apply-mount.ts'
import { lookUp, type Roots } from '../mounts/mount-point.ts'
import { mountKey } from '../mounts/owners.ts'
import { checkReadonlyRoot } from '../mounts/same-object.ts'
import { mountSocket } from '../mounts/socket.ts'
import type { Layout } from '../state/paths.ts'

/** What came of a plan. */
export interface Applied {
  /** What the jail has as its root. */
  rootPath: string
}

/** Values of placeholders `%{name}`, as they become known. */
type Captured = Map<string, string>

/** Fills placeholders in; `%{epair0:b}` is the other end of the epair that `epair0` names. */
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
 * Does all steps in order, and calls `jailed` as soon as there is the jail. Throws at the first that fails; the caller
 * plays the journal back.
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
        return
      case 'raise-children':
        raiseChildren(host, journal, step.parent, parentLock(files, step.parent))
    }
  }
  for (const step of plan.steps) apply(step)
  return { rootPath: roots.mountRoot }
}

/** No id begins with a dot, and a jail's name may hold what a file's may not. */
function parentLock(files: Layout, parent: string): string {
  return join(dirname(files.lock), `.parent-${encodeURIComponent(parent)}`)
}

/**
 * The read-only root: a nullfs of it below the state directory. nullfs_mount in sys/fs/nullfs/null_vfsops.c refuses an
 * update, so that a mount cannot become read-only later.
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
 * Makes a working directory that is missing below a read-only root, where init cannot make it any more. All mounts are
 * there: it may lie in one of them.
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

/** jail_set(2), JAIL_CREATE. A parameter that comes with a module has it loaded first, as libjail does. */
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
  // What is mounted in the root from now on, and is in no journal, the jail has mounted itself.
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
 * Whether init brings lo0 up, once it is in the jail. Further addresses of lo0 have to come after 127.0.0.1, which stays the
 * first: where the plan has some, ifconfig(8) does all of it in its place.
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
  // What an interface will be called is known only afterwards; its undo goes by the placeholder's later name.
  const undo = step.undo.map(each => fillCall(each, captured))
  const output = journal.perform(`${call.tool} ${call.args.join(' ')}`, { op: 'run', calls: undo }, () =>
    named(step.origin, () => (step.until ? runUntil(host, call, step.until) : perform(host, call))),
  )
  if (step.capture) captured.set(step.capture, output.trim())
}

/** Calls a tool until its output is without a text. Throws code HOST when it is not in time, or cannot be any more. */
function runUntil(
  host: Host,
  call: ToolCall,
  { without, never, seconds }: NonNullable<RunStep['until']>,
): string {
  let output = ''
  const done = () => {
    output = runTool(host, call)
    return output.includes(never) || !output.includes(without)
  }
  const line = `${call.tool} ${call.args.join(' ')}`
  if (!waitUntil(done, seconds * 1000))
    throw new JailwrightError('HOST', `${line}: ${without} after ${seconds} seconds still`)
  if (output.includes(never)) throw new JailwrightError('HOST', `${line}: ${never}`)
  return output
}

/** Moves an interface into the jail; the undo gives it back, also when the jail's end has already done so. */
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

/** What a tool says names no property: the one that it was run for is put in front. */
function named<T>(origin: string, action: () => T): T {
  try {
    return action()
  } catch (error) {
    if (error instanceof ToolError) error.message = `${origin}: ${error.message}`
    throw error
  }
}
