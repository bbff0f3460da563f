/** Starts the init process: the same executable with the hidden command `init`. */
import { JailwrightError } from '../../errors.ts'
import { engine } from '../../host/engine/index.ts'
import { closeFile, statusOfDescriptor } from '../../host/files.ts'
import { startProcess } from '../../host/processes.ts'
import { selfCommand } from '../../host/self.ts'
import type { Host } from '../../host/types.ts'
import { openBothEnds, Receiver } from './channel.ts'

/** A started init, as the command that started it sees it. */
export interface StartedInit {
  /** A child process, which becomes the program. */
  pid: number
  /** Its start time, which distinguishes it from a later process with the same pid. */
  start: string
  /** The writing end of `ctl`. init waits for its orders as long as this end is open. */
  orders: number
  answers: Receiver
  /** Closes this process's ends of the FIFOs. */
  close(): void
}

/**
 * Returns the environment of init. init enters the jail, so it gets nothing of the caller's environment except the
 * switches for tests.
 */
function environment(): Record<string, string> {
  const kept = Object.entries(engine.environment).filter(([name]) => name.startsWith('JAILWRIGHT_'))
  return { PATH: '/sbin:/bin:/usr/sbin:/usr/bin', ...(Object.fromEntries(kept) as Record<string, string>) }
}

const STREAMS = ['standard input', 'standard output', 'standard error']

/**
 * Checks the descriptors that init inherits. Descriptors 3 to 2+count must be open, because --preserve-fds promised
 * them. None may be a directory, because jail_attach(2) would refuse it with EPERM and without a reason.
 */
function checkInherited(first: number, count: number): void {
  for (let fd = first; fd < 3 + count; fd += 1) {
    const name = STREAMS[fd] ?? `--preserve-fds ${count}: descriptor ${fd}`
    let directory: boolean
    try {
      directory = statusOfDescriptor(fd).kind === 'dir'
    } catch {
      throw new JailwrightError('USAGE', `${name} is not open`)
    }
    if (directory) {
      throw new JailwrightError(
        'USAGE',
        `${name} is a directory: a process of the jail could leave its root by it`,
      )
    }
  }
}

/**
 * Starts init in a session of its own, with the standard streams and the preserved descriptors at their numbers and the
 * two channels after them. `terminal` is the slave of a pty that replaces the standard streams (`run`, `exec -t`).
 * @throws JailwrightError USAGE for a descriptor that cannot be passed on, HOST when init does not start.
 */
export function spawnInit(
  host: Host,
  channels: { ctl: string; result: string },
  options: { preserveFds: number; terminal?: number },
): StartedInit {
  checkInherited(options.terminal === undefined ? 0 : 3, options.preserveFds)
  const kept = Array.from({ length: 3 + options.preserveFds }, (_, fd) =>
    fd < 3 ? (options.terminal ?? fd) : fd,
  )
  const ctl = openBothEnds(host, channels.ctl)
  let result: typeof ctl
  try {
    result = openBothEnds(host, channels.result)
  } catch (error) {
    closeFile(ctl.reader)
    closeFile(ctl.writer)
    throw error
  }
  const [program, ...args] = selfCommand()
  let pid: number
  try {
    const limit = host.process.callersDescriptors()
    pid = startProcess({
      path: program,
      argv: [
        program,
        ...args,
        'init',
        String(options.preserveFds),
        ...(limit === undefined ? [] : [String(limit)]),
      ],
      env: environment(),
      cwd: '/',
      descriptors: [...kept, ctl.reader, result.writer],
      session: true,
    })
  } catch (error) {
    closeFile(ctl.writer)
    closeFile(result.reader)
    throw error
  } finally {
    // Only init may hold these ends: commands recognise its end by the end of file on `result`, or by the missing
    // reader of `ctl`.
    closeFile(ctl.reader)
    closeFile(result.writer)
  }
  const close = () => {
    closeFile(ctl.writer)
    closeFile(result.reader)
  }
  let info: ReturnType<typeof host.kernel.processInfo>
  try {
    info = host.kernel.processInfo(pid)
    if (!info) throw new JailwrightError('HOST', `cannot start ${program}: the init process did not come up`)
  } catch (error) {
    // Without a writer of `ctl` init ends by itself.
    close()
    throw error
  }
  return {
    pid,
    start: info.start,
    orders: ctl.writer,
    answers: new Receiver(result.reader),
    close,
  }
}
