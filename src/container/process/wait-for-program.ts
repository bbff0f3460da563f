/** Waiting for a program in the foreground: its signals, its terminal, its end. */
import { type ExitStatus, waitForEnd } from '../../host/processes.ts'
import type { Forwarding } from './forward-signals.ts'
import type { OwnTerminal } from './terminal.ts'

/** How long a signal or the program's end may wait while bytes of a terminal are waited for, in milliseconds. */
const TERMINAL_PAUSE = 50

/**
 * The same without a terminal. The wait ends with a signal and with the program; but FreeBSD forgets a SIGCHLD that comes
 * while nobody waits for it (tdsendsignal in sys/kern/kern_sig.c), so that the program is looked at now and then.
 */
const PAUSE = 500

/**
 * Passes signals and a terminal's bytes on until the program, a child of ours, has ended; gives its exit status, or 128
 * and the number of the signal that ended it.
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
