/** MAC addresses that are in use on a bridge. */
import { quietly } from '../../errors.ts'
import type { Host } from '../../host/types.ts'
import type { Plan } from '../../translate/core/plan.ts'
import { containerNames } from '../state/container-names.ts'
import { layout } from '../state/paths.ts'
import { readPlan } from '../state/plan-file.ts'

/**
 * Returns the address of the bridge and those of the epairs with which containers below `root` have joined it, each
 * with its owner. Addresses of other stations on the link are not known, because the bridge learns them from packets
 * only.
 */
export function etherAddresses(host: Host, root: string | undefined, bridge: string): Map<string, string> {
  const found = new Map<string, string>()
  const own = /^\tether ([0-9a-f:]{17})/m.exec(host.run('ifconfig', [bridge]).stdout)?.[1]
  if (own !== undefined) found.set(own, 'the bridge')
  if (root === undefined) return found
  for (const name of containerNames(root)) {
    // Another command reports a plan that cannot be read.
    const plan = quietly(() => readPlan(layout(root, name)))
    for (const mac of plan ? addressesOn(plan, bridge) : []) found.set(mac, `container ${name}`)
  }
  return found
}

/**
 * Returns the MAC addresses of a plan's epairs that join a bridge. The plan gives an epair its address after the
 * epair's other end has joined the bridge.
 */
function addressesOn(plan: Plan, bridge: string): string[] {
  let joined = ''
  return plan.steps.flatMap(step => {
    if (step.kind !== 'run' || step.call.tool !== 'ifconfig') return []
    const { args } = step.call
    if (args[1] === 'addm') joined = args[0] ?? ''
    const mac = args[3] === 'ether' ? args[4] : undefined
    return mac !== undefined && joined === bridge ? [mac] : []
  })
}
