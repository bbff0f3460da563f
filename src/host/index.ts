/** The host that this process runs on. */
import { freebsdKernel } from './kernel-freebsd.ts'
import { simulatedKernel } from './kernel-simulated.ts'
import { processCalls } from './process.ts'
import { signalName, signalNumber } from './signals.ts'
import { run } from './tools.ts'
import { tracedAsAsked } from './trace.ts'
import type { Host } from './types.ts'

/** The running host. Costs nothing: the C library and the simulated host are opened by the first call. */
export function openHost(): Host {
  return tracedAsAsked<Host>({
    name: process.platform === 'freebsd' ? 'freebsd' : 'simulated',
    kernel: process.platform === 'freebsd' ? freebsdKernel : simulatedKernel,
    process: processCalls,
    run,
    signalNumber,
    signalName,
  })
}
