/** A terminal between the caller's standard streams and a container's program: raw mode, size, restored at the end. */
import { closeSync } from 'node:fs'
import { isatty } from 'node:tty'
import type { Host } from '../../host/types.ts'
import { readSome, writeWhole } from './relay.ts'

/** How long after the last output more of it is awaited, in milliseconds, once the program has ended. */
const DRAIN = 200
const CHUNK = 65_536
const NEWLINE = 10
/** ^D, the default of VEOF. */
const END_OF_FILE = 4

/** A pty of ours whose slave becomes the program's standard streams. */
export interface OwnTerminal {
  slave: number
  /** Its path. */
  path: string
  /**
   * Closes our copy of the slave; call as soon as the program's process has it. Its end is then the last close, which
   * waits for the output to be read; while somebody else holds the slave FreeBSD revokes it from the ended session and
   * throws away what has not been read (killjobc in sys/kern/kern_exit.c, ttydev_close in sys/kern/tty.c).
   */
  handedOver(): void
  /**
   * Starts copying; call after `handedOver`. `hangUp` is called when the caller's side is gone (its window was closed,
   * the reader of its output has ended).
   */
  attach(hangUp: () => void): void
  /** Waits for the last output, restores the caller's terminal. */
  detach(): Promise<void>
}

/** Opens a pty of the size of the caller's terminal, or of `size` where that is given or the caller has none. */
export function openTerminal(host: Host, size?: { height: number; width: number }): OwnTerminal {
  const pty = host.process.openPty()
  const callers = callersTerminal(host)
  const resize = () => {
    const now = callers.size()
    if (now) host.process.setWindowSize(pty.master, now.rows, now.columns)
  }
  if (size) host.process.setWindowSize(pty.master, size.height, size.width)
  else resize()
  // After a stop and `fg` the shell has put its own settings back, and the window may have another size.
  const wake = () => {
    callers.makeRaw()
    resize()
  }
  let output: Output | undefined
  return {
    slave: pty.slave,
    path: pty.path,
    handedOver: () => closeSync(pty.slave),
    attach(hangUp) {
      process.on('exit', callers.restore)
      callers.makeRaw()
      process.on('SIGWINCH', resize)
      process.on('SIGCONT', wake)
      void copyInput(pty.master).then(end => {
        if (end === 'hung up') hangUp()
      })
      output = copyOutput(pty.master, hangUp)
    },
    async detach() {
      await output?.drained()
      process.off('SIGWINCH', resize)
      process.off('SIGCONT', wake)
      process.off('exit', callers.restore)
      callers.restore()
      // A read of standard input goes on until something is typed; Node would wait for its thread.
      process.once('exit', status => host.process.exitNow(status))
    },
  }
}

/** The terminal that this command was called on, if it was. A terminal that has hung up has no settings any more. */
function callersTerminal(host: Host) {
  const shown = [0, 1, 2].find(fd => isatty(fd))
  let saved: Uint8Array | undefined
  const tolerant = <T>(action: () => T): T | undefined => {
    try {
      return action()
    } catch {
      return undefined
    }
  }
  return {
    size: () => (shown === undefined ? undefined : tolerant(() => host.process.getWindowSize(shown))),
    makeRaw(): void {
      if (!isatty(0)) return
      const before = tolerant(() => host.process.makeRaw(0))
      saved ??= before
    },
    restore(): void {
      const settings = saved
      saved = undefined
      if (settings) tolerant(() => host.process.restoreTerminal(0, settings))
    },
  }
}

/** Copies standard input to the terminal until one of them ends. */
async function copyInput(master: number): Promise<'ended' | 'hung up'> {
  const interactive = isatty(0)
  const buffer = new Uint8Array(CHUNK)
  let last = NEWLINE
  for (;;) {
    const size = await readSome(0, buffer)
    if (size === 0) break
    if (!(await writeWhole(master, buffer.subarray(0, size)))) return 'ended'
    last = buffer[size - 1]!
  }
  if (interactive) return 'hung up'
  // End of a pipe is end of file for the program, as a person would type it: the first ^D in a line only hands it over.
  await writeWhole(master, new Uint8Array(last === NEWLINE ? 1 : 2).fill(END_OF_FILE))
  return 'ended'
}

interface Output {
  drained(): Promise<void>
}

/** Copies the terminal's output to standard output; ends when the last holder of the slave is gone. */
function copyOutput(master: number, hangUp: () => void): Output {
  const buffer = new Uint8Array(CHUNK)
  let writing = false
  let ended = false
  let lastOutput = 0
  const copy = async () => {
    let reader = true
    for (;;) {
      const size = await readSome(master, buffer)
      if (size === 0) break
      lastOutput = Date.now()
      writing = true
      // Without a reader the output is still taken, since the program would wait for ever.
      const delivered = reader && (await writeWhole(1, buffer.subarray(0, size)))
      writing = false
      if (reader && !delivered) {
        reader = false
        hangUp()
      }
    }
    ended = true
  }
  void copy()
  return {
    /** The end, or a pause in the output: another process of the container can hold the slave for as long as it likes. */
    async drained() {
      const from = Date.now()
      while (!ended && (writing || Date.now() - Math.max(from, lastOutput) < DRAIN)) {
        await new Promise(resolve => setTimeout(resolve, 5))
      }
    },
  }
}
