/** Waiting for a program in the foreground: signals are passed on, its end becomes our exit status. */
import { selfCommand } from '../../host/self.ts'
import type { Host } from '../../host/types.ts'
import { signalProcess } from './signal.ts'

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

/** Signals of ours on their way to a program. */
export interface Forwarding {
  /** Names the program; what came before is passed on now. */
  to(pid: number): void
  /** Ours are ours again. */
  stop(): void
}

/**
 * Catches the signals that are meant for a program, from before it is there: one that ended us in between would leave a
 * program, or half a container, without anybody to wait for it. To be called before anything is read or done: the engine
 * may have to start again to leave them to us.
 */
export function forwardSignals(host: Host): Forwarding {
  host.process.freeUserSignals([...selfCommand(), ...process.argv.slice(2)])
  let target: number | undefined
  const early: string[] = []
  const handlers = FORWARDED.map(name => {
    const pass = () => {
      if (target === undefined) early.push(name)
      else sendSignal(host, target, name)
    }
    process.on(name, pass)
    return [name, pass] as const
  })
  return {
    to(pid) {
      target = pid
      for (const name of early.splice(0)) sendSignal(host, pid, name)
    },
    stop() {
      for (const [name, pass] of handlers) process.off(name, pass)
    },
  }
}

/** Sends a signal by name; a process that has ended this very moment is no error. */
export function sendSignal(host: Host, pid: number, name: string): void {
  signalProcess(host, pid, host.signalNumber(name.slice(3)) ?? 0)
}
