/**
 * The init process, which becomes the container's program. It enters the jail itself, so that the command of the caller
 * never enters it, and its pid stays the same from `create` to the end of the program.
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
 * Runs the hidden command `init N [LIMIT]`. N is the number of preserved descriptors; after them come the reading end
 * of the orders and the writing end of the answers. LIMIT is the program's soft limit of descriptors
 * (`callersDescriptors`).
 */
export function initMain(argv: readonly string[]): number {
  const preserved = Number(argv[0] ?? 0)
  const orders = 3 + preserved
  const answers = orders + 1
  const limit = argv[1] === undefined ? undefined : BigInt(argv[1])
  const host = openHost()
  // A hook in the jail must inherit neither the channel to `start` nor a descriptor that the caller left open.
  host.process.closeOnExecFrom(3)
  const receiver = new Receiver(orders)
  let prepare: Prepare | undefined
  /** Path of the terminal that the streams of init are. */
  let terminal: string | undefined
  try {
    becomeSessionLeader(host)
    // These steps run while `create` makes the mounts and the jail.
    host.process.prepareForJail()
    prepare = receiver.next<Prepare>()
    // The command that started init is gone, so the container is too.
    if (!prepare) return 1
    const keeper = prepare.channels && keepOpen(host, prepare.channels)
    if (prepare.process.terminal) terminal = openTerminal(host, prepare)
    enter(host, prepare, preserved, terminal)
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
    // The caller of an `exec` prints the error on its own streams; a reader of the console socket sees the terminal alone.
    if (prepare?.immediately && prepare.consoleSocket !== undefined && terminal !== undefined)
      complain(failure)
    // A process that waits for the program of an `exec` gets the exit status with which the command ends.
    return prepare?.immediately ? failure.error.exitStatus : 1
  }
}

/**
 * Opens the other ends of the channel. init's own writer keeps the orders open for `start` after `create` has ended. init's
 * own reader keeps the answers open when `start` is killed after it gave its order: SIGPIPE would end init, and the program
 * would not run. Gives the writer; execve(2) closes the reader.
 */
function keepOpen(host: Host, { ctl, result }: NonNullable<Prepare['channels']>): number {
  host.process.openNonBlocking(result, 'read')
  return host.process.openNonBlocking(ctl, 'write')
}

/** Starts a session, unless the process that started init did so already. */
function becomeSessionLeader(host: Host): void {
  try {
    host.process.setsid()
  } catch (error) {
    // EPERM means that init already leads a process group.
    if (errnoOf(error) !== 'EPERM') throw error
  }
}

/** Sends the failure. A command that has failed itself is gone and reports its own error. */
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

/** Writes the error to standard error, without control characters, which a terminal would obey. */
function complain({ error }: Failure): void {
  try {
    writeText(2, `${error.message.replace(/\p{Cc}/gu, '?')}\n`)
  } catch {
    // Nobody reads standard error.
  }
}

/**
 * Enters the jail. A process has the routing table of its caller (setfib(2)), and jail_attach(2) gives EINVAL when the network
 * stack of the jail lacks that table (sys/net/route/route_tables.c, rtables_check_proc_fib). Every stack has table 0.
 */
function attach({ kernel }: Host, jid: number): void {
  try {
    kernel.jailAttach(jid)
  } catch (error) {
    if (errnoOf(error) !== 'EINVAL') throw error
    kernel.setFib(0)
    kernel.jailAttach(jid)
  }
}

/** Enters the jail, and gives the terminal to the user of the program. */
function enter(host: Host, prepare: Prepare, preserved: number, terminal: string | undefined): void {
  // No process of the jail may trace init or dump its memory before init is the program (procctl(2), PROC_TRACE_CTL).
  host.process.disableTracing()
  host.process.closeDirectories(3 + preserved)
  changeDirectory('/')
  attach(host, prepare.jid)
  // Each network stack has its own number of routing tables, and setfib(2) asks that of the process's stack.
  if (prepare.process.fib !== undefined) host.kernel.setFib(prepare.process.fib)
  if (prepare.loopback) host.kernel.loopbackUp()
  // devfs keeps owners per mount. The node in the host's /dev stays root's, because the number of the user belongs to
  // another person there.
  if (terminal !== undefined) host.process.giveTerminal(terminal, prepare.process.uid)
}

/**
 * Opens a pty and returns its path. The pty is made on the host and used by descriptor only, so no process of the jail
 * can interfere (CVE-2025-52565).
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

/** True for limits that leave the engine too little memory. They are set at the last moment. */
function limitsMemory(plan: ProcessPlan): boolean {
  return plan.rlimits.some(({ resource }) => ['AS', 'VMEM', 'DATA', 'RSS'].includes(resource))
}

/**
 * Sets everything that the program starts with: limits, directory, umask, ids, signals. It comes before the wait for
 * `start`, as with runc, so that `start` only calls the returned execve(2). startContainer hooks need root and run
 * before it.
 */
function settle(
  host: Host,
  { process: plan, immediately }: Prepare,
  preserved: number,
  limit: bigint | undefined,
): () => never {
  // An empty HOME counts as missing, as with runc (finalizeNamespace in libcontainer).
  const env = plan.env.some(entry => entry.startsWith('HOME=') && entry !== 'HOME=')
    ? plan.env
    : [...plan.env.filter(entry => entry !== 'HOME='), `HOME=${homeOf(host, plan.uid)}`]
  // The engine raised the limit when it started; from here on init opens no descriptor.
  if (limit !== undefined) host.process.restoreDescriptors(limit)
  setLimits(host, plan.rlimits)
  const early = enterDirectory(plan.cwd, !immediately)
  if (plan.noNewPrivileges) host.process.setNoNewPrivileges()
  changeUmask(plan.umask)
  host.process.setCredentials(plan.uid, plan.gid, plan.groups)
  // A directory that root cannot enter is entered as the user.
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

/** Calls execve(2). It returns only by throwing. */
function execute(image: () => never, plan: ProcessPlan): never {
  try {
    image()
  } catch (error) {
    throw execError(error, plan.args[0] ?? '')
  }
}

/**
 * Enters the working directory as root; returns false when only the user may enter it. A missing directory is made for
 * the container's first program, as with runc, but not for `exec`.
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

/** Returns the error of execve(2) in podman's words. */
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
