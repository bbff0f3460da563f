/** MAC addresses that are taken on a bridge. */
import type { Host } from '../../host/types.ts'
import type { Plan } from '../../translate/core/plan.ts'
import { containerNames } from '../state/container-names.ts'
import { layout } from '../state/paths.ts'
import { readPlan } from '../state/plan-file.ts'

/**
 * The bridge's own address and those of the epairs with which containers below `root` have joined it, each with whose it
 * is. What else is on the bridge's link is not known: the bridge learns it from packets only.
 */
export function etherAddresses(host: Host, root: string | undefined, bridge: string): Map<string, string> {
  const found = new Map<string, string>()
  const own = /^\tether ([0-9a-f:]{17})/m.exec(host.run('ifconfig', [bridge]).stdout)?.[1]
  if (own !== undefined) found.set(own, 'the bridge')
  if (root === undefined) return found
  for (const name of containerNames(root)) {
    const plan = planOf(root, name)
    for (const mac of plan ? addressesOn(plan, bridge) : []) found.set(mac, `container ${name}`)
  }
  return found
}

/** A container whose plan cannot be read is another command's business. */
function planOf(root: string, name: string): Plan | undefined {
  try {
    return readPlan(layout(root, name))
  } catch {
    return undefined
  }
}

/** The inner ends of a plan's epairs that join a bridge: each is given its address after its host end has joined. */
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
