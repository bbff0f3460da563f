/** Starting the init process: the same executable with the hidden command `init`. */
import { closeSync, fstatSync } from 'node:fs'
import { JailwrightError } from '../../errors.ts'
import { selfCommand } from '../../host/self.ts'
import { type Started, startSession } from '../../host/spawn.ts'
import type { Host } from '../../host/types.ts'
import { openBothEnds, Receiver } from './channel.ts'

/** A started init, seen from the command that started it. */
export interface StartedInit {
  /** Its end, for who waits for it. */
  ended: Promise<number>
  pid: number
  /** Start time, for telling it from a later process with the same pid. */
  start: string
  /** Writing end of `ctl`: while it is open and init has not been prepared, init lives. */
  orders: number
  answers: Receiver
  /** Closes our ends. */
  close(): void
}

/**
 * Bun: no threads of the engine's own, neither for compiling what runs a few times, nor for making memory ready or giving
 * it back. The kernel would have to end them when init becomes the program. (Without any just-in-time compiler there is
 * no FFI.) And little address space: by default 6 GB of it are writable, which FreeBSD counts as used swap space when it
 * is reserved, in the jail's account for as long as the program lives (swap_reserve_by_cred in sys/vm/swap_pager.c;
 * execve(2) does not take it off), and as virtual memory until then (rctl(8) swapuse, vmemoryuse). Half of this structure
 * heap is too little for the engine. `BUN_JSC_` are JavaScriptCore's options, the others mimalloc's.
 */
export const ENGINE = {
  BUN_JSC_useBaselineJIT: '0',
  BUN_JSC_useWarmUpMarkedBlocks: '0',
  BUN_JSC_structureHeapSizeInKB: '65536',
  BUN_JSC_jitMemoryReservationSize: '16777216',
  MIMALLOC_PURGE_DELAY: '-1',
  MIMALLOC_ARENA_RESERVE: '16384',
}

/**
 * init enters the jail, so it gets nothing of the caller's environment, neither secrets nor what would change its engine
 * (NODE_OPTIONS, BUN_OPTIONS), but our own test switches.
 */
function environment(host: Host): Record<string, string> {
  const kept = Object.entries(process.env).filter(([name]) => name.startsWith('JAILWRIGHT_'))
  return {
    PATH: '/sbin:/bin:/usr/sbin:/usr/bin',
    ...ENGINE,
    ...host.process.engineEnvironment(),
    ...(Object.fromEntries(kept) as Record<string, string>),
  }
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
      directory = fstatSync(fd).isDirectory()
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
  options: { preserveFds: number; detached: boolean; terminal?: number },
): StartedInit {
  checkInherited(options.terminal === undefined ? 0 : 3, options.preserveFds)
  const kept = Array.from({ length: 3 + options.preserveFds }, (_, fd) =>
    fd < 3 ? (options.terminal ?? fd) : fd,
  )
  const ctl = openBothEnds(host, channels.ctl)
  const result = openBothEnds(host, channels.result)
  const [program, ...args] = selfCommand()
  let child: Started
  try {
    const callers = host.process.callersDescriptors()
    child = host.process.withFewDescriptors(former => {
      const limit = callers ?? former
      const words = [...args, 'init', String(options.preserveFds), ...(limit ? [String(limit)] : [])]
      return startSession([program, ...words], {
        cwd: '/',
        env: environment(host),
        stdio: [...kept, ctl.reader, result.writer],
      })
    })
  } finally {
    // Only init may hold these: the end of file on `result`, and no reader of `ctl`, is how its end is seen.
    closeSync(ctl.reader)
    closeSync(result.writer)
  }
  const close = () => {
    closeSync(ctl.writer)
    closeSync(result.reader)
  }
  const { pid } = child
  const info = host.kernel.processInfo(pid)
  if (!info) {
    close()
    throw new JailwrightError('HOST', `cannot start ${program}: the init process did not come up`)
  }
  if (options.detached) child.unref()
  return {
    pid,
    start: info.start,
    ended: child.ended,
    orders: ctl.writer,
    answers: new Receiver(result.reader),
    close,
  }
}
