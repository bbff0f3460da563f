/** The form of runc's `events`, which monitoring tools read. */
import type { Stats } from '../container/stats.ts'

/**
 * One line of `events`. A property is absent when the kernel does not count it. Processor time is in nanoseconds, sizes
 * are in bytes.
 */
export interface Event {
  readonly type: 'stats'
  readonly id: string
  readonly data: {
    readonly cpu: { readonly usage: { readonly total?: number } }
    readonly memory: { readonly usage: Amount; readonly swap: Amount }
    readonly pids: { readonly current?: number; readonly limit?: number }
  }
}

/** The use and the limit of one kind of memory, in bytes. */
interface Amount {
  readonly usage?: number
  readonly limit?: number
}

/** Returns the statistics as a line of `events` (types/events.go of runc). */
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
