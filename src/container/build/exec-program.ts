/** The program of an `exec`: from a process file or the command line, under the container's restrictions. */
import type { Process } from '../../bundle/generated/config.ts'
import { readProcess } from '../../bundle/read-process.ts'
import type { RuntimeContext } from '../../context.ts'
import { ConfigErrors, JailwrightError } from '../../errors.ts'
import { createContext } from '../../translate/core/context.ts'
import type { ProcessPlan } from '../../translate/core/plan.ts'
import { lastOfEachName, translateProcess } from '../../translate/process/process.ts'
import { hostFacts } from '../jail/host-facts.ts'

/** What `exec` is asked for: a process file, or a command with its options. */
export interface ExecOptions {
  id: string
  processFile?: string | undefined
  args: readonly string[]
  cwd?: string | undefined
  /** `NAME=VALUE`, over the container's own. */
  env: readonly string[]
  user?: { uid: number; gid: number | undefined } | undefined
  additionalGids: readonly number[]
  noNewPrivileges: boolean
  tty: boolean
  detach: boolean
  pidFile?: string | undefined
  consoleSocket?: string | undefined
  preserveFds: number
  /** Also in a paused container: the program runs, the others stay stopped. */
  ignorePaused: boolean
}

/**
 * A process of a file under the container's restrictions (CVE-2022-27650): limits and umask that the file leaves out are the
 * container's, and noNewPrivileges of the container holds. Groups are not taken over: they would go to the file's user.
 * @param given what the file says.
 * @param plan what it has become.
 * @param own the container's process, when it has one.
 */
export function underRestrictions(
  given: Process,
  plan: ProcessPlan,
  own: ProcessPlan | undefined,
): ProcessPlan {
  if (!own) return plan
  return {
    ...plan,
    umask: given.user?.umask === undefined ? own.umask : plan.umask,
    rlimits: given.rlimits?.length ? plan.rlimits : own.rlimits,
    noNewPrivileges: plan.noNewPrivileges || own.noNewPrivileges,
    ...(own.fib === undefined ? {} : { fib: own.fib }),
  }
}

/** A process as the `process` of a config.json, read, checked and translated. */
function processFromFile(
  ctx: RuntimeContext,
  id: string,
  file: string,
  own: ProcessPlan | undefined,
): ProcessPlan {
  const read = readProcess(file)
  for (const warning of read.warnings) ctx.log.warn(warning)
  const config = { ociVersion: '1.3.0', root: { path: '/' } }
  const context = createContext(
    { id, bundle: { dir: '/', config }, facts: hostFacts(ctx.host, ctx.root) },
    id,
  )
  const plan = translateProcess(context, read.process, '')
  for (const warning of context.warnings) ctx.log.warn(warning)
  if (context.errors.length > 0) throw new ConfigErrors(context.errors, { ofBundle: false })
  return underRestrictions(read.process, plan, own)
}

/**
 * The process of a `--process` file, or the container's own with the options put over it; a warning of the file goes to
 * the log.
 * @throws ConfigErrors for a file that is wrong; JailwrightError STATE when there is neither a file nor a process.
 */
export function programFor(
  ctx: RuntimeContext,
  own: ProcessPlan | undefined,
  options: ExecOptions,
): ProcessPlan {
  if (options.processFile !== undefined) {
    const plan = processFromFile(ctx, options.id, options.processFile, own)
    return {
      ...plan,
      noNewPrivileges: plan.noNewPrivileges || options.noNewPrivileges,
      terminal: plan.terminal || options.tty,
    }
  }
  if (!own)
    throw new JailwrightError('STATE', `container "${options.id}" has no process to take defaults from`)
  const { user } = options
  // Another user's home is looked up in the jail, unless it is given.
  const env = user ? own.env.filter(entry => !entry.startsWith('HOME=')) : own.env
  return {
    ...own,
    args: options.args,
    env: lastOfEachName([...env, ...options.env]),
    cwd: options.cwd ?? own.cwd,
    uid: user?.uid ?? own.uid,
    gid: user?.gid ?? own.gid,
    groups: [...new Set([...own.groups, ...options.additionalGids])],
    noNewPrivileges: own.noNewPrivileges || options.noNewPrivileges,
    terminal: options.tty,
  }
}
