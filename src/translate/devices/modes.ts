/** Modes of device nodes: from what a config says of reading and writing, and what the host's own node has. */
import { findLast } from '../../es2020.ts'

import type { HostFacts } from '../core/plan.ts'
import { isPattern } from './requests.ts'

/**
 * podman writes `mode 0600` (or 0400, 0200) for "may be read and written": an access, not a wish to lock the node's
 * group out. The bits that the host's node gives group and others stay, as far as that access goes. Who wants a mode to
 * hold exactly writes it another way (`mode u=rw`), or in `freebsd.devices`.
 */
export function notTighter(asked: string, hostMode: number): string {
  if (!/^0?[246]00$/.test(asked)) return asked
  const owner = (Number.parseInt(asked, 8) >> 6) & 7
  const mode = (owner << 6) | (hostMode & (owner << 3)) | (hostMode & owner)
  return mode.toString(8).padStart(4, '0')
}

/** The mode that the last of the rules which name a node gives it, when it is in octal. */
export function modeSoFar(lines: readonly string[], node: string): number | undefined {
  const last = findLast(lines, line => line.startsWith(`path ${node} `) && line.includes(' mode '))
  const octal = / mode ([0-7]{1,4})$/.exec(last ?? '')?.[1]
  return octal === undefined ? undefined : Number.parseInt(octal, 8)
}

/** `mode`, else the host's, cut down to the letters of `rwm`; undefined when nothing is cut. */
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
