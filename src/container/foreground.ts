/** Waiting for a program in the foreground: signals are passed on, its end becomes our exit status. */
import type { ChildProcess } from 'node:child_process'
import { signalNumber } from '../host/signals.ts'
import type { Host } from '../host/types.ts'

/** Signals that a person or a supervisor sends to us and means for the program. */
const FORWARDED = [
  'SIGHUP',
  'SIGINT',
  'SIGQUIT',
  'SIGTERM',
  'SIGUSR1',
  'SIGUSR2',
  'SIGALRM',
  'SIGCONT',
] as const

/** Passes signals on to `pid` until the given function is called. */
export function forwardSignals(host: Host, pid: number): () => void {
  const handlers = FORWARDED.map(name => {
    const pass = () => {
      try {
        host.process.kill(pid, host.signalNumber(name.slice(3)) ?? 0)
      } catch {
        // It has ended this very moment.
      }
    }
    process.on(name, pass)
    return [name, pass] as const
  })
  return () => {
    for (const [name, pass] of handlers) process.off(name, pass)
  }
}

/** Exit status of a child as a shell has it: its own, or 128 + signal. */
export function exitStatusOf(child: ChildProcess): Promise<number> {
  // Bun gives a signal that has no name by its number.
  const status = (code: number | null, signal: NodeJS.Signals | number | null) =>
    code ?? 128 + (typeof signal === 'number' ? signal : (signalNumber(signal?.slice(3) ?? '') ?? 0))
  if (child.exitCode !== null || child.signalCode !== null) {
    return Promise.resolve(status(child.exitCode, child.signalCode))
  }
  return new Promise(resolve => child.once('exit', (code, signal) => resolve(status(code, signal))))
}
