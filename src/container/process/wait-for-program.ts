/** Waits for a program in the foreground: its signals, its terminal, its end. */
import { type ExitStatus, waitForEnd } from '../../host/processes.ts'
import type { Forwarding } from './forward-signals.ts'
import type { OwnTerminal } from './terminal.ts'

/**
 * The longest wait for bytes of a terminal, in milliseconds, after which signals and the program's end are looked at.
 */
const TERMINAL_PAUSE = 50

/**
 * The longest wait without a terminal, in milliseconds. A signal or the program's end interrupts it: SIGCHLD has a handler
 * (native/main.c), without which FreeBSD drops it. Under Node the program is checked at this interval.
 */
const PAUSE = 500

/**
 * Forwards signals and the bytes of a terminal until the program, a child of this process, has ended. Returns its exit
 * status, or 128 plus the number of the signal that ended it.
 */
export function waitForProgram(
  pid: number,
  signals: Forwarding,
  terminal: OwnTerminal | undefined,
): ExitStatus {
  for (;;) {
    const ended = waitForEnd(pid, 0)
    if (ended !== undefined) {
      signals.ended()
      return ended.status
    }
    const relayed = terminal?.relay(TERMINAL_PAUSE) ?? false
    signals.pass(relayed ? 0 : PAUSE)
  }
}
