/** A terminal between the caller's standard streams and a container's program: raw mode, size, restored at the end. */
import { engine } from '../../host/engine/index.ts'
import { closeFile } from '../../host/files.ts'
import { poll } from '../../host/processes.ts'
import type { Host } from '../../host/types.ts'
import { type CallersTerminal, callersTerminal, isTerminal } from './callers-terminal.ts'
import { Relay } from './relay.ts'

/** How long after the last output more of it is awaited, in milliseconds, once the program has ended. */
const DRAIN = 200
/** How often the size of the caller's window is asked for, in milliseconds. */
const RESIZE = 100
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
   * Puts the caller's terminal in raw mode; call after `handedOver`. `hangUp` is called when the caller's side is gone
   * (its window was closed, the reader of its output has ended).
   */
  attach(hangUp: () => void): void
  /** Copies what there is in both directions, and waits up to `timeout` milliseconds for it; false when all has ended. */
  relay(timeout: number): boolean
  /** After a stop and `fg` the shell has put its own settings back, and the window may have another size. */
  continued(): void
  /** Waits for the last output, restores the caller's terminal. */
  detach(): void
}

/** Opens a pty of the size of the caller's terminal, or of `size` where that is given or the caller has none. */
export function openTerminal(host: Host, size?: { height: number; width: number }): OwnTerminal {
  const { master, slave, path } = host.process.openPty()
  // A program that does not read must not keep us from taking what it writes.
  host.process.setNonBlocking(master)
  return new Terminal(host, master, slave, path, size)
}

class Terminal implements OwnTerminal {
  readonly slave: number
  readonly path: string
  readonly #host: Host
  readonly #master: number
  readonly #callers: CallersTerminal
  #input: Relay | undefined
  #output: Relay | undefined
  /** False when nobody reads our output any more: it is still taken, since the program would wait for ever. */
  #reader = true
  #hangUp: () => void = () => {}
  #lastOutput = 0
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
      // Only a later change of the caller's window counts.
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
    // The pty's master may stand for both directions: it does not block.
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
   * Waits for the end of the output, or for a pause in it: another process of the container can hold the slave for as
   * long as it likes.
   */
  #drain(): void {
    this.#input = undefined
    const from = engine.monotonicMs()
    for (;;) {
      const left = DRAIN - (engine.monotonicMs() - Math.max(from, this.#lastOutput))
      if (left <= 0 && !this.#output?.isWriting) return
      if (!this.relay(Math.max(left, RESIZE))) return
    }
  }

  #copyOutput(): void {
    const output = this.#output!
    const progress = output.step()
    if (progress === 'copying') this.#lastOutput = engine.monotonicMs()
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
    // End of a pipe is end of file for the program, as a person would type it: the first ^D in a line only hands it over.
    const { lastByte = NEWLINE } = input
    input.append(new Uint8Array(lastByte === NEWLINE ? 1 : 2).fill(END_OF_FILE))
  }

  #followResize(): void {
    const now = engine.monotonicMs()
    if (now - this.#lastResize < RESIZE) return
    this.#lastResize = now
    this.#resize()
  }

  /** A change reaches the program as SIGWINCH, from the pty itself. */
  #resize(): void {
    const size = this.#callers.changedSize()
    if (size) this.#host.process.setWindowSize(this.#master, size.rows, size.columns)
  }
}
