/**
 * Connects the caller's standard streams with a pty for a container's program: raw mode, window size, clean-up at the
 * end.
 */
import { engine } from '../../host/engine/index.ts'
import { closeFile } from '../../host/files.ts'
import { poll } from '../../host/processes.ts'
import type { Host } from '../../host/types.ts'
import type { ProcessPlan } from '../../translate/core/plan.ts'
import { type CallersTerminal, callersTerminal, isTerminal } from './callers-terminal.ts'
import { Relay } from './relay.ts'

/** How long the last output is waited for once the program has ended, in milliseconds since the output before it. */
const DRAIN = 200
/** How often the size of the caller's window is read, in milliseconds. */
const RESIZE = 100
const NEWLINE = 10
/** ^D, the default of VEOF (termios(4)). */
const END_OF_FILE = 4

/** A pty whose slave becomes the standard streams of a program. */
export interface OwnTerminal {
  slave: number
  /** Path of the slave. */
  path: string
  /**
   * Closes this process's descriptor of the slave. Call it as soon as the program's process has the slave. The
   * program's end is then the last close, which waits until the output is read. While another process holds the slave,
   * FreeBSD revokes it from the ended session and discards the unread output (killjobc in sys/kern/kern_exit.c,
   * ttydev_close in sys/kern/tty.c).
   */
  handedOver(): void
  /**
   * Puts the caller's terminal in raw mode. Call it after `handedOver`. `hangUp` is called when the caller's side is
   * gone: its window was closed, or the reader of its output has ended.
   */
  attach(hangUp: () => void): void
  /**
   * Copies available bytes in both directions, and waits up to `timeout` milliseconds for some. Returns false when all
   * output has ended.
   */
  relay(timeout: number): boolean
  /**
   * Restores raw mode and reads the window size again. After a stop and `fg` the shell has set its own modes, and the
   * window may have another size.
   */
  continued(): void
  /** Waits for the last output and restores the caller's terminal. */
  detach(): void
}

/**
 * Opens a pty. Its size is `size` when that is given, otherwise the size of the caller's terminal when there is one.
 */
export function openTerminal(host: Host, size?: { height: number; width: number }): OwnTerminal {
  const { master, slave, path } = host.process.openPty()
  // A program that does not read must not keep this process from reading the program's output.
  host.process.setNonBlocking(master)
  return new Terminal(host, master, slave, path, size)
}

/**
 * Opens a pty for a program whose terminal this command relays itself; undefined for a program without a terminal, and
 * for one whose terminal goes to a console socket.
 */
export function relayedTerminal(
  host: Host,
  { terminal, consoleSize }: ProcessPlan,
  consoleSocket: string | undefined,
): OwnTerminal | undefined {
  return terminal && consoleSocket === undefined ? openTerminal(host, consoleSize) : undefined
}

class Terminal implements OwnTerminal {
  readonly slave: number
  readonly path: string
  readonly #host: Host
  readonly #master: number
  readonly #callers: CallersTerminal
  #input: Relay | undefined
  #output: Relay | undefined
  /**
   * False when nobody reads the output any more. The output is still taken from the pty, because the program would
   * block.
   */
  #reader = true
  #hangUp: () => void = () => {}
  #lastOutput = 0
  /** True when the last call of `relay` has copied output. */
  #copied = false
  #lastResize = 0

  constructor(
    host: Host,
    master: number,
    slave: number,
    path: string,
    size: { height: number; width: number } | undefined,
  ) {
    this.#host = host
    this.#master = master
    this.slave = slave
    this.path = path
    this.#callers = callersTerminal(host)
    if (size) {
      host.process.setWindowSize(master, size.height, size.width)
      // The call records the present size, so that only a later change of the caller's window is passed on.
      this.#callers.changedSize()
    } else this.#resize()
  }

  handedOver(): void {
    closeFile(this.slave)
  }

  attach(hangUp: () => void): void {
    this.#hangUp = hangUp
    this.#callers.makeRaw()
    this.#input = new Relay(0, this.#master)
    this.#output = new Relay(this.#master, 1)
  }

  continued(): void {
    this.#callers.makeRaw()
    this.#resize()
  }

  relay(timeout: number): boolean {
    this.#followResize()
    const output = this.#output?.interest()
    if (output === undefined) return false
    const input = this.#input?.interest()
    const ready = poll(input === undefined ? [output] : [output, input], timeout)
    // Both directions may wait for the pty's master, which does not block.
    if (ready.some(({ fd }) => fd === output.fd)) this.#copyOutput()
    if (ready.some(({ fd }) => fd === input?.fd)) this.#copyInput()
    return true
  }

  detach(): void {
    try {
      this.#drain()
    } finally {
      this.#callers.restore()
    }
  }

  /**
   * Waits for the end of the output or for a pause in it. Another process of the container can hold the slave open for
   * as long as it likes.
   */
  #drain(): void {
    this.#input = undefined
    const from = engine.monotonicMs()
    for (;;) {
      const left = DRAIN - (engine.monotonicMs() - Math.max(from, this.#lastOutput))
      const isPause = left <= 0 && !this.#output?.isWriting
      this.#copied = false
      if (!this.relay(isPause ? 0 : Math.max(left, RESIZE))) return
      // Only a look at the pty tells a pause: on a busy host this process itself may have stood still.
      if (isPause && !this.#copied) return
    }
  }

  #copyOutput(): void {
    const output = this.#output!
    const progress = output.step()
    if (progress === 'copying') {
      this.#copied = true
      this.#lastOutput = engine.monotonicMs()
    }
    if (progress === 'unread' && this.#reader) {
      this.#reader = false
      this.#hangUp()
    }
    if (!this.#reader) output.drop()
  }

  #copyInput(): void {
    const input = this.#input!
    const progress = input.step()
    if (progress === 'unread') this.#input = undefined
    if (progress !== 'ended') return
    if (isTerminal(this.#host, 0)) {
      this.#input = undefined
      this.#hangUp()
      return
    }
    // The end of a pipe becomes ^D, as a person would type it. The first ^D in a line only hands over the line, so the
    // second one means end of file.
    const { lastByte = NEWLINE } = input
    input.append(new Uint8Array(lastByte === NEWLINE ? 1 : 2).fill(END_OF_FILE))
  }

  #followResize(): void {
    const now = engine.monotonicMs()
    if (now - this.#lastResize < RESIZE) return
    this.#lastResize = now
    this.#resize()
  }

  /** Sets the pty's size after a change of the caller's window. The pty then sends SIGWINCH to the program. */
  #resize(): void {
    const size = this.#callers.changedSize()
    if (size) this.#host.process.setWindowSize(this.#master, size.rows, size.columns)
  }
}
