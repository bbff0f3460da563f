/** The part of the host that the most frequent commands (`state`, `start`, `kill`) need. */
import { engine } from './engine/index.ts'
import { flock, openNonBlocking, setBlocking } from './process/descriptors.ts'
import { kill } from './process/identity.ts'
import { freebsdQueries } from './queries-freebsd.ts'
import { simulatedQueries } from './queries-simulated.ts'
import { signalNumber } from './signals.ts'
import { tracedAsAsked } from './trace.ts'
import type { EverydayHost } from './types.ts'

/** Gives the running host, reduced to what `state`, `start` and `kill` need, so that these commands load fewer modules. */
export function openEverydayHost(): EverydayHost {
  return tracedAsAsked<EverydayHost>({
    kernel: engine.platform === 'freebsd' ? freebsdQueries : simulatedQueries,
    process: { flock, kill, openNonBlocking, setBlocking },
    signalNumber,
  })
}
