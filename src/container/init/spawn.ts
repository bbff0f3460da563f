/** Starting the init process: the same executable with the hidden command `init`. */
import { JailwrightError } from '../../errors.ts'
import { engine } from '../../host/engine/index.ts'
import { closeFile, statusOfDescriptor } from '../../host/files.ts'
import { startProcess } from '../../host/processes.ts'
import { selfCommand } from '../../host/self.ts'
import type { Host } from '../../host/types.ts'
import { openBothEnds, Receiver } from './channel.ts'

/** A started init, seen from the command that started it. */
export interface StartedInit {
  /** A child of ours, which becomes the program. */
  pid: number
  /** Start time, for telling it from a later process with the same pid. */
  start: string
  /** Writing end of `ctl`: while it is open and init has not been prepared, init lives. */
  orders: number
  answers: Receiver
  /** Closes our ends. */
  close(): void
}

/** init enters the jail, so it gets nothing of the caller's environment but our own test switches. */
function environment(): Record<string, string> {
  const kept = Object.entries(engine.environment).filter(([name]) => name.startsWith('JAILWRIGHT_'))
  return { PATH: '/sbin:/bin:/usr/sbin:/usr/bin', ...(Object.fromEntries(kept) as Record<string, string>) }
}

const STREAMS = ['standard input', 'standard output', 'standard error']

/**
 * What init inherits from the caller: descriptors 3 .. 2+count have to be open, since they were promised with
 * --preserve-fds, and none may be a directory: jail_attach(2) would refuse with EPERM and no reason.
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
 * Starts init in a session of its own, with standard streams and preserved descriptors at their numbers, and its two
 * channels right behind them. `terminal` is a pty's slave that replaces the standard streams (`run`, `exec -t`).
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
  const result = openBothEnds(host, channels.result)
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
    // Only init may hold these: the end of file on `result`, and no reader of `ctl`, is how its end is seen.
    closeFile(ctl.reader)
    closeFile(result.writer)
  }
  const close = () => {
    closeFile(ctl.writer)
    closeFile(result.reader)
  }
  const info = host.kernel.processInfo(pid)
  if (!info) {
    close()
    throw new JailwrightError('HOST', `cannot start ${program}: the init process did not come up`)
  }
  return {
    pid,
    start: info.start,
    orders: ctl.writer,
    answers: new Receiver(result.reader),
    close,
  }
}
