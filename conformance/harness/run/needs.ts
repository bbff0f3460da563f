/** Which cases apply to this runtime on this machine, and what is missing for the others. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { native } from '../host/native.ts'
import type { ToolRunner } from '../host/platform.ts'
import type { Case, Need } from '../types.ts'
import { runCommand } from './command.ts'
import type { Session } from './context.ts'
import type { Result } from './result.ts'

/** Each need in words: what the host lacks, and what an administrator can do about it. */
const whatIsMissing: Readonly<Record<Need, string>> = {
  native: 'system calls (bun:ffi), run the harness with Bun or as an executable',
  racct: 'resource limits (kern.racct.enable is not 1)',
  'no-racct': 'a host without resource limits (kern.racct.enable is 1)',
  bpf: '/dev/bpf',
  dri: '/dev/dri/renderD128 (no graphics driver is loaded)',
  drm: '/dev/drm/128 (no graphics driver is loaded)',
  vmm: '/dev/vmmctl (kldload vmm)',
  'no-sound': 'a host without a sound driver',
  linux: '/dev/shm (kldload linux64)',
  zfs: '/dev/zfs (kldload zfs)',
}

/** Why a case does not apply here, or undefined. */
export function skipReason(
  session: Session,
  spec: Case,
  met: ReadonlySet<Need>,
): { skip: NonNullable<Result['skip']>; reason: string } | undefined {
  if (spec.mark !== 'any-runtime' && session.platform.kind !== 'jails')
    return { skip: 'host', reason: 'needs a host of jails' }
  if (spec.mark === 'jailwright' && session.runtimeName !== 'jailwright')
    return { skip: 'mark', reason: 'jailwright only' }
  const differs = spec.notFor?.[session.runtimeName]
  if (differs !== undefined) return { skip: 'runtime', reason: `${session.runtimeName}: ${differs}` }
  const missing = spec.needs?.find(need => !met.has(need))
  if (missing === undefined) return undefined
  return { skip: 'host', reason: `not here: ${whatIsMissing[missing]}` }
}

/** What this machine and engine have. */
export async function needsMet(session: Session): Promise<ReadonlySet<Need>> {
  const met = new Set<Need>()
  const tool: ToolRunner = (name, ...args) => runCommand(name, args, { scratch: join(session.work, 'setup') })
  if ((await native()) !== undefined) met.add('native')
  if (session.platform.kind === 'jails') {
    if ((await tool('sysctl', '-n', 'kern.racct.enable')).stdout.trim() === '1') met.add('racct')
    else met.add('no-racct')
    if (existsSync('/dev/bpf')) met.add('bpf')
    for (const [need, node] of [
      ['dri', '/dev/dri/renderD128'],
      ['drm', '/dev/drm/128'],
    ] as const) {
      if (existsSync(node)) met.add(need)
    }
    if (!existsSync('/dev/sndstat')) met.add('no-sound')
    if (existsSync('/dev/vmmctl')) met.add('vmm')
    if (existsSync('/dev/zfs')) met.add('zfs')
    // The Linux ABI makes this directory in devfs.
    if (existsSync('/dev/shm')) met.add('linux')
  }
  return met
}
