/** The host that this process runs on. */
import { abi } from './abi/index.ts'
import { freebsdKernel } from './kernel-freebsd.ts'
import { simulatedKernel } from './kernel-simulated.ts'
import { processCalls } from './process.ts'
import { signalName, signalNumber } from './signals.ts'
import { run } from './tools.ts'
import { traced } from './trace.ts'
import type { Host } from './types.ts'

/** The running host. Costs nothing: the C library and the simulated host are opened by the first call. */
export function openHost(): Host {
  const host: Host = {
    name: abi.os === 'freebsd' ? 'freebsd' : 'simulated',
    kernel: abi.os === 'freebsd' ? freebsdKernel : simulatedKernel,
    process: processCalls,
    run,
    signalNumber,
    signalName,
  }
  const file = process.env.JAILWRIGHT_TRACE
  return file === undefined || file === '' ? host : traced(host, file)
}
