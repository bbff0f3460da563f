/**
 * Limits of `linux.resources` that FreeBSD cannot hold. The disposition table takes its rows from here; `create`, which
 * warns of these limits, does not load the table.
 */
import type { LinuxResources } from '../../bundle/generated/config.ts'

const NO_WEIGHT = 'rctl(8) has limits and no weights.'
const NO_KERNEL_MEMORY = 'FreeBSD does not account kernel memory to jails.'
const NO_REAL_TIME = 'FreeBSD has no real-time budget of a jail.'

/** The reasons, each a sentence, by path below `linux.resources`. */
export const IGNORED_LIMITS = {
  'memory.reservation': 'FreeBSD has no soft limit besides memoryuse.',
  'memory.kernel': NO_KERNEL_MEMORY,
  'memory.kernelTCP': NO_KERNEL_MEMORY,
  'memory.swappiness': 'FreeBSD has no tendency to swap for a jail.',
  'memory.disableOOMKiller': 'rctl(8) kills nothing at the limit.',
  'cpu.burst': 'pcpu is a limit without saving up.',
  'cpu.shares': NO_WEIGHT,
  'cpu.mems': 'Memory domains are not translated; cpuset(1) -n sets them by hand.',
  'cpu.realtimePeriod': NO_REAL_TIME,
  'cpu.realtimeRuntime': NO_REAL_TIME,
  'cpu.idle': 'idprio(1) is for processes, not for jails.',
  'blockIO.weight': NO_WEIGHT,
  'blockIO.leafWeight': NO_WEIGHT,
  'blockIO.weightDevice': NO_WEIGHT,
  hugepageLimits: 'FreeBSD has no limits of large pages.',
  network: 'FreeBSD marks no packets by jail.',
  rdma: 'FreeBSD has no limits of RDMA.',
  unified: 'Files of Linux control groups; the limits above are what is translated.',
} as const

/**
 * The limits among these that a config asks for, each with its reason. The values that container managers write for "none"
 * (0, below 0, false, empty) ask for nothing, and neither does a switched-off OOM killer: FreeBSD has no such killer per jail.
 */
export function askedInVain(resources: LinuxResources): { path: string; note: string }[] {
  return Object.entries(IGNORED_LIMITS)
    .filter(([path]) => path !== 'memory.disableOOMKiller' && asks(valueAt(resources, path)))
    .map(([path, note]) => ({ path, note }))
}

function valueAt(resources: LinuxResources, path: string): unknown {
  const [first = '', second] = path.split('.')
  const value = (resources as Record<string, unknown>)[first]
  return second === undefined ? value : (value as Record<string, unknown> | undefined)?.[second]
}

function asks(value: unknown): boolean {
  if (typeof value === 'number') return value > 0
  if (typeof value === 'object' && value !== null) return Object.values(value).length > 0
  return Boolean(value)
}
