/**
 * The init process: it becomes the container's program. It enters the jail itself, so that the command that the caller
 * started never does, and keeps its pid from `create` to the program's end.
 */
import { errnoOf, JailwrightError, SyscallError } from '../../errors.ts'
import { errorText } from '../../host/abi/error-text.ts'
import { engine } from '../../host/engine/index.ts'
import { changeDirectory, changeUmask, closeFile, makeDirectories, writeText } from '../../host/files.ts'
import { openHost } from '../../host/index.ts'
import type { Host } from '../../host/types.ts'
import type { ProcessPlan } from '../../translate/core/plan.ts'
import { runHooks } from '../process/hooks.ts'
import { type Answer, type Order, Receiver, send } from './channel.ts'
import { findProgram, homeOf, isScript, missingInterpreter } from './find-program.ts'
import { setLimits } from './rlimits.ts'

type Prepare = Extract<Order, { do: 'prepare' }>
type Failure = Extract<Answer, { error: unknown }>

/**
 * The hidden command `init N [LIMIT]`: N preserved descriptors, then the reading end of orders and the writing end of
 * answers; LIMIT is the soft limit of descriptors that the program starts with (`callersDescriptors`).
 */
export function initMain(argv: readonly string[]): number {
  const preserved = Number(argv[0] ?? 0)
  const orders = 3 + preserved
  const answers = orders + 1
  const limit = argv[1] === undefined ? undefined : BigInt(argv[1])
  const host = openHost()
  // A hook inside the jail must not inherit the channel to `start`, a trace or what the caller has left open.
  host.process.closeOnExecFrom(3)
  const receiver = new Receiver(orders)
  let prepare: Prepare | undefined
  try {
    becomeSessionLeader(host)
    // While `create` makes the mounts and the jail.
    host.process.prepareForJail()
    prepare = receiver.next<Prepare>()
    // The command that started us is gone: so is the container.
    if (!prepare) return 1
    // Holding a writer of our own keeps the channel open for `start` after `create` has ended.
    const keeper =
      prepare.channel === undefined ? undefined : host.process.openNonBlocking(prepare.channel, 'write')
    enter(host, prepare, preserved)
    findProgram(prepare.process.args[0] ?? '', prepare.process.env, prepare.process.cwd)
    let image =
      prepare.hooks.length > 0 || limitsMemory(prepare.process)
        ? undefined
        : settle(host, prepare, preserved, limit)
    if (!prepare.immediately) {
      send(answers, { ready: true })
      const start = receiver.next<Extract<Order, { do: 'start' }>>()
      if (!start) return 1
      runHooks(host, prepare.hooks, start.state)
    }
    if (keeper !== undefined) closeFile(keeper)
    image ??= settle(host, prepare, preserved, limit)
    send(answers, { exec: true })
    execute(image, prepare.process)
  } catch (error) {
    const failure = asFailure(error)
    answer(answers, failure)
    // The caller's own message of an `exec` does not reach a terminal that somebody else holds.
    if (prepare?.immediately && prepare.consoleSocket !== undefined) complain(failure)
    // Who waits for the program of an `exec` gets the status that the command itself ends with.
    return prepare?.immediately ? failure.error.exitStatus : 1
  }
}

/** A session of its own, where whoever started this process could not make it one. */
function becomeSessionLeader(host: Host): void {
  try {
    host.process.setsid()
  } catch (error) {
    // It leads one already.
    if (errnoOf(error) !== 'EPERM') throw error
  }
}

/** A command that has failed on its own is gone, and tells its own error. */
function answer(answers: number, failure: Failure): void {
  try {
    send(answers, failure)
  } catch (failure) {
    if (errnoOf(failure) !== 'EPIPE') throw failure
  }
}

function asFailure(error: unknown): Failure {
  if (error instanceof JailwrightError) {
    const { code, message, subject, exitStatus } = error
    return { error: { code, message, exitStatus, ...(subject === undefined ? {} : { subject }) } }
  }
  const text =
    error instanceof Error
      ? engine.environment.JAILWRIGHT_DEBUG
        ? String(error.stack)
        : error.message
      : String(error)
  return { error: { code: 'HOST', message: `init: ${text}`, exitStatus: 1 } }
}

/** Says why on standard error; a message may hold what a terminal would obey. */
function complain({ error }: Failure): void {
  try {
    writeText(2, `${error.message.replace(/\p{Cc}/gu, '?')}\n`)
  } catch {
    // Nobody reads it.
  }
}

/** Terminal, then the jail. */
function enter(host: Host, prepare: Prepare, preserved: number): void {
  const terminal = prepare.process.terminal ? openTerminal(host, prepare) : undefined
  // Nobody in the jail may trace us or dump our memory while we are not yet the program (procctl(2), PROC_TRACE_CTL).
  host.process.disableTracing()
  host.process.closeDirectories(3 + preserved)
  changeDirectory('/')
  if (prepare.process.fib !== undefined) host.kernel.setFib(prepare.process.fib)
  host.kernel.jailAttach(prepare.jid)
  if (prepare.loopback) host.kernel.loopbackUp()
  // devfs keeps owners for each mount: the host's node stays root's, where the user's number is another person's.
  if (terminal !== undefined) host.process.giveTerminal(terminal, prepare.process.uid)
}

/**
 * The pty is made on the host, by descriptor only: nothing in the jail can have a hand in it (CVE-2025-52565). Gives its
 * path.
 */
function openTerminal(host: Host, prepare: Prepare): string {
  if (prepare.ownTerminal !== undefined) {
    host.process.setControllingTerminal(0)
    return prepare.ownTerminal
  }
  const { consoleSize } = prepare.process
  const pty = host.process.openPty()
  if (consoleSize) host.process.setWindowSize(pty.master, consoleSize.height, consoleSize.width)
  if (prepare.consoleSocket !== undefined)
    host.process.sendDescriptor(prepare.consoleSocket, pty.master, pty.path)
  host.process.close(pty.master)
  for (const fd of [0, 1, 2]) host.process.dup2(pty.slave, fd)
  if (pty.slave > 2) host.process.close(pty.slave)
  host.process.setControllingTerminal(0)
  return pty.path
}

/** Limits that leave the engine no room of its own: they are set at the last moment. */
function limitsMemory(plan: ProcessPlan): boolean {
  return plan.rlimits.some(({ resource }) => ['AS', 'VMEM', 'DATA', 'RSS'].includes(resource))
}

/**
 * Takes everything on that the program starts with: limits, directory, umask, ids, signals. As runc does before it waits
 * for `start`, which is then nothing but the execve(2) that is given; startContainer hooks still need root and come before.
 */
function settle(
  host: Host,
  { process: plan, immediately }: Prepare,
  preserved: number,
  limit: bigint | undefined,
): () => never {
  // An empty HOME counts as none, as in runc (libcontainer, finalizeNamespace).
  const env = plan.env.some(entry => entry.startsWith('HOME=') && entry !== 'HOME=')
    ? plan.env
    : [...plan.env.filter(entry => entry !== 'HOME='), `HOME=${homeOf(host, plan.uid)}`]
  // The engine has raised it at its start; init itself opens nothing any more.
  if (limit !== undefined) host.process.restoreDescriptors(limit)
  setLimits(host, plan.rlimits)
  const early = enterDirectory(plan.cwd, !immediately)
  if (plan.noNewPrivileges) host.process.setNoNewPrivileges()
  changeUmask(plan.umask)
  host.process.setCredentials(plan.uid, plan.gid, plan.groups)
  // A directory that only the user may enter (or only root, above).
  if (!early) changeDirectory(plan.cwd)
  const program = findProgram(plan.args[0] ?? '', env, plan.cwd)
  host.process.closeOnExecFrom(3)
  for (let fd = 0; fd < 3 + preserved; fd += 1) host.process.keepOnExec(fd)
  host.process.resetSignals()
  const image = host.process.prepareExecve(program, plan.args, env)
  return () => {
    try {
      return image()
    } catch (error) {
      if (errnoOf(error) === 'ENOEXEC' && isScript(host, program))
        return host.process.prepareExecve('/bin/sh', ['sh', program, ...plan.args.slice(1)], env)()
      if (errnoOf(error) === 'ENOENT') throw missingInterpreter(host, program, plan.args[0] ?? '')
      throw error
    }
  }
}

/** execve(2). Returns only by throwing. */
function execute(image: () => never, plan: ProcessPlan): never {
  try {
    image()
  } catch (error) {
    throw execError(error, plan.args[0] ?? '')
  }
}

/**
 * Enters the working directory as root; false when the user has to try. One that is missing is made for the container's
 * first program, as runc does, and not for `exec`.
 */
function enterDirectory(cwd: string, make: boolean): boolean {
  try {
    changeDirectory(cwd)
    return true
  } catch (error) {
    const code = errnoOf(error)
    if (code === 'EACCES' || code === 'EPERM') return false
    if (code !== 'ENOENT' || !make) throw cwdError(cwd, error)
  }
  try {
    makeDirectories(cwd, 0o755)
    changeDirectory(cwd)
    return true
  } catch (error) {
    throw cwdError(cwd, error)
  }
}

function cwdError(cwd: string, error: unknown): JailwrightError {
  const errno = errnoOf(error)
  const why = errno === undefined ? (error as Error).message : errorText(errno).toLowerCase()
  return new JailwrightError('EXEC', `process.cwd: chdir to "${cwd}": ${why}`, { subject: 'process.cwd' })
}

/** execve's refusal in podman's words. */
function execError(error: unknown, name: string): unknown {
  if (!(error instanceof SyscallError)) return error
  const known: Record<string, [string, 126 | 127]> = {
    ENOENT: ['no such file or directory', 127],
    EACCES: ['permission denied', 126],
    EPERM: ['operation not permitted', 126],
    ENOEXEC: ['exec format error', 126],
  }
  const [why, exitStatus] = known[error.errno] ?? [error.message, 126]
  return new JailwrightError('EXEC', `exec: "${name}": ${why}`, { subject: 'process.args[0]', exitStatus })
}
