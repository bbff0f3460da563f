/** The form of runc's `events`: what tools that read it look for. */
import type { Stats } from '../container/stats.ts'

/** One line of `events`. Absent is what the kernel does not count; processor time in nanoseconds, sizes in bytes. */
export interface Event {
  readonly type: 'stats'
  readonly id: string
  readonly data: {
    readonly cpu: { readonly usage: { readonly total?: number } }
    readonly memory: { readonly usage: Amount; readonly swap: Amount }
    readonly pids: { readonly current?: number; readonly limit?: number }
  }
}

/** Use and limit of one kind of memory, in bytes. */
interface Amount {
  readonly usage?: number
  readonly limit?: number
}

/** The statistics as a line of `events` (runc's types/events.go). */
export function statsEvent({ id, resources }: Stats): Event {
  const { cputime, memoryuse, swapuse, maxproc } = resources
  return {
    type: 'stats',
    id,
    data: {
      cpu: { usage: cputime === undefined ? {} : { total: cputime.used * 1e9 } },
      memory: { usage: amount(memoryuse), swap: amount(swapuse) },
      pids:
        maxproc === undefined
          ? {}
          : { current: maxproc.used, ...(maxproc.limit === undefined ? {} : { limit: maxproc.limit }) },
    },
  }
}

function amount(usage: Stats['resources'][string] | undefined): Amount {
  if (usage === undefined) return {}
  return { usage: usage.used, ...(usage.limit === undefined ? {} : { limit: usage.limit }) }
}
