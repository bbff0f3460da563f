/** The program of an `exec`, from a process file or from the command line, under the container's restrictions. */
import type { Process } from '../../bundle/generated/config.ts'
import { readProcess } from '../../bundle/read-process.ts'
import type { RuntimeContext } from '../../context.ts'
import { ConfigErrors, JailwrightError } from '../../errors.ts'
import { createContext } from '../../translate/core/context.ts'
import type { ProcessPlan } from '../../translate/core/plan.ts'
import { lastOfEachName, translateProcess } from '../../translate/process/process.ts'
import { hostFacts } from '../jail/host-facts.ts'

/** The options of `exec`: a process file, or a command with its options. */
export interface ExecOptions {
  id: string
  processFile?: string | undefined
  args: readonly string[]
  cwd?: string | undefined
  /** Variables `NAME=VALUE` that replace the container's own. */
  env: readonly string[]
  user?: { uid: number; gid: number | undefined } | undefined
  additionalGids: readonly number[]
  noNewPrivileges: boolean
  tty: boolean
  detach: boolean
  pidFile?: string | undefined
  consoleSocket?: string | undefined
  preserveFds: number
  /** True to run in a paused container too: the program runs, and the other processes stay stopped. */
  ignorePaused: boolean
}

/**
 * Puts the process of a file under the container's restrictions (CVE-2022-27650): limits and umask that the file does
 * not set are the container's, and the container's noNewPrivileges stays in force. Groups are not inherited, because
 * the user of the file would get them.
 * @param given the process as the file has it.
 * @param plan the translation of that process.
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

/** Reads, checks and translates a process file, which has the form of `process` in config.json. */
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
 * Returns the process of a `--process` file, or the container's own process with the options in place of its values.
 * Warnings about the file are logged.
 * @throws ConfigErrors for a wrong file; JailwrightError STATE when there is neither a file nor a process.
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
  // The home of another user is looked up in the jail, unless an option sets it.
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
