/** The host that this process runs on. */
import { engine } from './engine/index.ts'
import { freebsdKernel } from './kernel-freebsd.ts'
import { simulatedKernel } from './kernel-simulated.ts'
import { processCalls } from './process.ts'
import { signalName, signalNumber } from './signals.ts'
import { run } from './tools.ts'
import { tracedAsAsked } from './trace.ts'
import type { Host } from './types.ts'

/**
 * Gives the running host. This is cheap, because the first call opens the C library or the simulated host, not this function.
 */
export function openHost(): Host {
  return tracedAsAsked<Host>({
    name: engine.platform === 'freebsd' ? 'freebsd' : 'simulated',
    kernel: engine.platform === 'freebsd' ? freebsdKernel : simulatedKernel,
    process: processCalls,
    run,
    signalNumber,
    signalName,
  })
}
