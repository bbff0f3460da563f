/** Compares the processes in the jail with the state. */
import type { ProcessInfo } from '../../host/types.ts'
import type { Item } from './item.ts'

/** A process in the jail. */
export interface FoundProcess extends ProcessInfo {
  /** The command line, where ps(1) reports it. */
  readonly command?: string
}

/** The first process and the pause as state.json records them. */
export interface PlannedProcess {
  readonly pid: number
  readonly start: string
  readonly jid: number
  readonly paused: boolean
  readonly ended: boolean
}

/**
 * Reports the container's first process, then the others. A first process that has ended is no drift, because
 * containers stop that way. A first process outside the jail is drift, and so is a process of a paused container that
 * is not stopped.
 */
export function compareProcesses(
  state: PlannedProcess | undefined,
  first: ProcessInfo | undefined,
  found: readonly FoundProcess[],
): Item[] {
  const items: Item[] = []
  const alive = first !== undefined && first.start === state?.start && !first.zombie
  if (state && state.pid > 0 && !found.some(({ pid }) => pid === state.pid && alive)) {
    const name = String(state.pid)
    const planned = 'the first process'
    if (!alive) items.push({ name, mark: 'other', planned, note: state.ended ? 'has ended' : 'is not there' })
    else items.push({ name, mark: 'drift', planned, note: `is in jail ${first.jid}` })
  }
  for (const process of found) {
    const isFirst = alive && process.pid === state?.pid
    const running = state?.paused && !process.stopped && !process.zombie
    const words = [
      ...(process.zombie ? ['zombie'] : process.stopped ? ['stopped'] : ['runs']),
      ...(process.command === undefined ? [] : [process.command]),
    ]
    items.push({
      name: String(process.pid),
      mark: running ? 'drift' : isFirst ? 'ok' : state ? 'other' : 'unknown',
      ...(isFirst ? { planned: 'the first process' } : {}),
      found: words.join(': '),
      ...(running ? { note: 'the container is paused' } : {}),
    })
  }
  return items
}

/** Returns the command lines by pid in the output of `ps -o pid,command`. */
export function commandsByPid(text: string): Map<number, string> {
  const found = new Map<number, string>()
  for (const line of text.split('\n')) {
    const [, pid, command] = /^\s*(\d+)\s+(.*\S)/.exec(line) ?? []
    if (pid !== undefined && command !== undefined) found.set(Number(pid), command)
  }
  return found
}
