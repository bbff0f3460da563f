/** MAC and IP addresses that are in use on a bridge. */
import { quietly } from '../../errors.ts'
import { readTextFile } from '../../host/files.ts'
import { sameAddress } from '../../translate/core/addresses.ts'
import type { Plan } from '../../translate/core/plan.ts'
import { containerNames } from '../state/container-names.ts'
import { layout } from '../state/paths.ts'
import { parsePlan } from '../state/plan-file.ts'
import { addressesByInterface } from './ifconfig-output.ts'

/** An address on a bridge, in the VLAN of the member that has it. */
interface Station {
  address: string
  vlan: string | undefined
}

/**
 * Returns those of the addresses `wanted` that the bridge has, or an epair with which a container below `root` has joined
 * it, each with its owner. IP addresses count in one VLAN only, because no packet leaves it. Addresses of other stations
 * on the link are not known: the bridge learns them from packets only. A plan that writes an IPv6 address in another way
 * than `wanted` is not found, because reading every plan would take a time that grows with their number. `listing` is what
 * ifconfig(8) prints of the bridge.
 */
export function addressesOnBridge(
  root: string | undefined,
  bridge: string,
  listing: string,
  wanted: readonly string[],
  vlan: number | undefined,
): Map<string, string> {
  const found = new Map<string, string>()
  const add = (owner: string, stations: readonly Station[]) => {
    for (const address of wanted) {
      const has = stations.some(one =>
        isMac(address) || isMac(one.address)
          ? one.address === address
          : one.vlan === vlan?.toString() && sameAddress(one.address, address),
      )
      if (has && !found.has(address)) found.set(address, owner)
    }
  }
  add('the bridge', stationsOf(listing, bridge))
  if (root === undefined) return found
  for (const name of containerNames(root)) {
    const plan = planWith(root, name, wanted)
    if (plan) add(`container ${name}`, stationsOn(plan, bridge))
  }
  return found
}

function isMac(address: string): boolean {
  return /^..(:..){5}$/.test(address)
}

/** Returns the addresses of the bridge itself, from the output of ifconfig(8). They are those of untagged packets. */
function stationsOf(text: string, bridge: string): Station[] {
  const ether = /^\tether ([0-9a-f:]{17})/m.exec(text)?.[1]
  const addresses = addressesByInterface(text).get(bridge) ?? []
  return [...(ether === undefined ? [] : [ether]), ...addresses].map(address => ({
    address,
    vlan: undefined,
  }))
}

/**
 * Returns a container's plan when it holds one of the addresses, and undefined when it does not or cannot be read: another
 * command reports that.
 */
function planWith(root: string, name: string, wanted: readonly string[]): Plan | undefined {
  const files = layout(root, name)
  return quietly(() => {
    const text = readTextFile(files.plan)
    return wanted.some(address => text.includes(address)) ? parsePlan(files, text) : undefined
  })
}

/**
 * Returns the addresses of a plan's epairs that join a bridge. The plan gives an epair its addresses after the epair's
 * other end has joined the bridge.
 */
function stationsOn(plan: Plan, bridge: string): Station[] {
  let joined = ''
  let vlan: string | undefined
  return plan.steps.flatMap(step => {
    if (step.kind !== 'run' || step.call.tool !== 'ifconfig') return []
    const { args } = step.call
    if (args[1] === 'addm') {
      joined = args[0] ?? ''
      vlan = args[3] === 'untagged' ? args[4] : undefined
    }
    const [, , , word = '', value] = args
    if (joined !== bridge || value === undefined) return []
    if (word === 'ether') return [{ address: value, vlan }]
    if (args[5] !== 'alias') return []
    return [{ address: value.split('/')[0] ?? '', vlan }]
  })
}
