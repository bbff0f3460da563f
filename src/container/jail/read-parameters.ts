/** Reading the parameters of a jail. */
import type { Host } from '../../host/types.ts'

/**
 * Returns the values of a jail's parameters by name; undefined when there is no such jail. A name that this kernel does not
 * know is left out, because jail_get(2) would refuse the whole call.
 */
export function readParameters(
  kernel: Pick<Host['kernel'], 'jailParams' | 'sysctlExists'>,
  jid: number,
  names: Iterable<string>,
): Readonly<Record<string, string>> | undefined {
  return kernel.jailParams(
    jid,
    [...names].filter(name => kernel.sysctlExists(`security.jail.param.${name}`)),
  )
}
