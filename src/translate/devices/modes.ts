/** Modes of device nodes, made from the access that a config asks for and the mode of the host's own node. */
import { findLast } from '../../es2020.ts'

import type { HostFacts } from '../core/plan.ts'
import { isPattern } from './requests.ts'

/**
 * podman writes `mode 0600` (or 0400, 0200) to say that the device may be read and written, not to lock the node's group
 * out. So the bits that the host's node gives group and others stay, as far as that access allows. A user who wants an
 * exact mode writes it symbolically (`mode u=rw`) or in `freebsd.devices`.
 */
export function notTighter(asked: string, hostMode: number): string {
  if (!/^0?[246]00$/.test(asked)) return asked
  const owner = (Number.parseInt(asked, 8) >> 6) & 7
  const mode = (owner << 6) | (hostMode & (owner << 3)) | (hostMode & owner)
  return mode.toString(8).padStart(4, '0')
}

/** The mode from the last rule that names a node; undefined when the rule gives no octal mode. */
export function modeSoFar(lines: readonly string[], node: string): number | undefined {
  const last = findLast(lines, line => line.startsWith(`path ${node} `) && line.includes(' mode '))
  const octal = / mode ([0-7]{1,4})$/.exec(last ?? '')?.[1]
  return octal === undefined ? undefined : Number.parseInt(octal, 8)
}

/** `mode`, or the host's where it is absent, reduced to the letters of `rwm`; undefined when nothing is taken away. */
export function accessMode(
  facts: HostFacts,
  node: string,
  access: string | undefined,
  mode?: number,
): string | undefined {
  if (access === undefined || (access.includes('r') && access.includes('w'))) return undefined
  const bits = (access.includes('r') ? 0o444 : 0) | (access.includes('w') ? 0o222 : 0)
  const host = isPattern(node) ? undefined : facts.pathOwner(`/dev/${node}`)
  return ((mode ?? host?.mode ?? 0o600) & bits).toString(8).padStart(4, '0')
}
