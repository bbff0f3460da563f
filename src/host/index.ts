/** The host that this process runs on. */
import { engine } from './engine/index.ts'
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
    name: engine.platform === 'freebsd' ? 'freebsd' : 'simulated',
    kernel: engine.platform === 'freebsd' ? freebsdKernel : simulatedKernel,
    process: processCalls,
    run,
    signalNumber,
    signalName,
  })
}
