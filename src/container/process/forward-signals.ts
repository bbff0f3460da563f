/** Signals that are meant for a program in the foreground: kept until it is there, then passed on until it has ended. */
import { blockSignals, nextSignal } from '../../host/processes.ts'
import type { EverydayHost } from '../../host/types.ts'
import { signalProcess } from './signal.ts'

/** Signals that a person or a supervisor sends to us and means for the program. */
const FORWARDED = ['HUP', 'INT', 'QUIT', 'TERM', 'USR1', 'USR2', 'ALRM', 'CONT'] as const

/** Signals of ours on their way to a program. */
export interface Forwarding {
  /** Names the program: what has come is passed on by the next `pass`. */
  to(pid: number): void
  /**
   * Passes on what has come, and waits up to `timeout` milliseconds for more, or for the end of a child. Before the
   * program is named nothing happens.
   */
  pass(timeout: number): void
  /** The program has ended, and its pid may be another process's: what still comes is dropped. */
  ended(): void
  /** Ours are ours again. */
  stop(): void
}

/**
 * Keeps the signals that are meant for a program, from before it is there: one that ended us in between would leave a
 * program, or half a container, without anybody to wait for it. To be called before anything is read or done.
 * `continued` is called after a SIGCONT to us.
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
      // What came while we cleaned up was meant for the program.
      while (nextSignal(names, 0) !== undefined) {}
      restore()
    },
  }
}

/** Sends a signal by name without SIG; a process that has ended this very moment is no error. */
export function sendSignal(host: EverydayHost, pid: number, name: string): void {
  signalProcess(host, pid, host.signalNumber(name) ?? 0)
}
