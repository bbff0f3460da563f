/**
 * Forwards signals to a program in the foreground. Signals are kept until the program exists and forwarded until it
 * ends.
 */
import { blockSignals, nextSignal } from '../../host/processes.ts'
import type { EverydayHost } from '../../host/types.ts'
import { signalProcess } from './signal.ts'

/** Signals that a person or a supervisor sends to this process and means for the program. */
const FORWARDED = ['HUP', 'INT', 'QUIT', 'TERM', 'USR1', 'USR2', 'ALRM', 'CONT'] as const

/** The signals that are kept or forwarded. */
export interface Forwarding {
  /** Names the program. The next `pass` sends it the signals that have arrived. */
  to(pid: number): void
  /**
   * Sends the signals that have arrived to the program, and waits up to `timeout` milliseconds for another signal or
   * for the end of a child process. Does nothing before the program is named.
   */
  pass(timeout: number): void
  /** Forgets the program, which has ended: its pid may now belong to another process, so later signals are dropped. */
  ended(): void
  /** Ends the forwarding; signals act on this process again. */
  stop(): void
}

/**
 * Starts to keep the signals that are meant for a program. Call it before anything is read or done: a signal that ended
 * this process in the middle would leave a program or half a container behind that nobody waits for.
 * @param continued is called after this process has received SIGCONT.
 */
export function forwardSignals(host: EverydayHost, continued: () => void = () => {}): Forwarding {
  const names = [...FORWARDED, 'CHLD']
  const restore = blockSignals(names)
  let target: number | undefined
  return {
    to(pid) {
      target = pid
    },
    pass(timeout) {
      if (target === undefined) return
      for (let wait = timeout; ; wait = 0) {
        const signal = nextSignal(names, wait)
        if (signal === undefined) return
        if (signal.name === 'CHLD') continue
        if (signal.name === 'CONT') continued()
        sendSignal(host, target, signal.name)
      }
    },
    ended() {
      target = undefined
    },
    stop() {
      // Signals that arrive during the clean-up are meant for the program, which has ended.
      while (nextSignal(names, 0) !== undefined) {}
      restore()
    },
  }
}

/** Sends a signal by its name without SIG. A process that has just ended is no error. */
export function sendSignal(host: EverydayHost, pid: number, name: string): void {
  signalProcess(host, pid, host.signalNumber(name) ?? 0)
}
