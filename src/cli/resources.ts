/** The resources of `update`, in the form of `linux.resources` of the runtime specification. */
import type { LinuxResources } from '../bundle/generated/config.ts'
import { readStandardInput, readText } from '../bundle/read-json.ts'
import { readResources } from '../bundle/read-resources.ts'
import type { Invocation } from './commands.ts'
import { usageError } from './usage.ts'

const suffixes = ['', 'k', 'm', 'g', 't']

/**
 * Returns the bytes of a number with an optional suffix k, m, g or t (powers of 1024; b or ib may follow), or -1 for no
 * limit.
 * @throws JailwrightError USAGE for any other text.
 */
export function parseSize(text: string, option: string): number {
  if (text === '-1') return -1
  const match = /^(\d+)([kmgt]?)(?:i?b)?$/i.exec(text)
  const size = match ? Number(match[1]) * 1024 ** suffixes.indexOf(match[2]!.toLowerCase()) : Number.NaN
  if (!Number.isSafeInteger(size)) {
    const expected = 'a number of bytes such as 268435456 or 256m, or -1'
    throw usageError(`--${option} must be ${expected}, not ${JSON.stringify(text)}`, 'update')
  }
  return size
}

/**
 * Reads resources from a file, or from standard input when the name is `-`.
 * @throws JailwrightError CONFIG when the text cannot be read or is wrong.
 */
export function resourcesFromFile(file: string): LinuxResources {
  if (file === '-') return readResources(readStandardInput(), 'standard input')
  return readResources(readText(file, { pipes: true }), file)
}

/**
 * Returns `base` with the single options in place of its values. The block I/O rates apply to all devices together,
 * because rctl(8) has no rates for single devices.
 */
export function resourcesFromOptions(
  options: Invocation<'update'>['options'],
  base: LinuxResources,
): LinuxResources {
  const size = (name: 'memory' | 'memory-swap' | 'read-bps' | 'write-bps') => {
    const text = options[name]
    return text === undefined ? undefined : parseSize(text, name)
  }
  const rate = (value: number | undefined) => value !== undefined && [{ major: 0, minor: 0, rate: value }]
  const memory = defined({ limit: size('memory'), swap: size('memory-swap') })
  const cpu = defined({
    quota: options['cpu-quota'],
    period: options['cpu-period'],
    cpus: options['cpuset-cpus'],
  })
  const blockIO = defined({
    throttleReadBpsDevice: rate(size('read-bps')) || undefined,
    throttleWriteBpsDevice: rate(size('write-bps')) || undefined,
    throttleReadIOPSDevice: rate(options['read-iops']) || undefined,
    throttleWriteIOPSDevice: rate(options['write-iops']) || undefined,
  })
  const limit = options['pids-limit']
  return {
    ...base,
    ...(memory && { memory: { ...base.memory, ...memory } }),
    ...(cpu && { cpu: { ...base.cpu, ...cpu } }),
    ...(blockIO && { blockIO: { ...base.blockIO, ...blockIO } }),
    ...(limit !== undefined && { pids: { ...base.pids, limit } }),
  }
}

/** Options of runc that have no effect on FreeBSD, and the property of config.json that means the same. */
const WITHOUT_EFFECT = {
  'memory-reservation': 'linux.resources.memory.reservation',
  'kernel-memory': 'linux.resources.memory.kernel',
  'kernel-memory-tcp': 'linux.resources.memory.kernelTCP',
  'cpu-share': 'linux.resources.cpu.shares',
  'cpu-rt-period': 'linux.resources.cpu.realtimePeriod',
  'cpu-rt-runtime': 'linux.resources.cpu.realtimeRuntime',
  'cpuset-mems': 'linux.resources.cpu.mems',
  'cpu-burst': 'linux.resources.cpu.burst',
  'cpu-idle': 'linux.resources.cpu.idle',
  'blkio-weight': 'linux.resources.blockIO.weight',
  'l3-cache-schema': 'linux.intelRdt.l3CacheSchema',
  'mem-bw-schema': 'linux.intelRdt.memBwSchema',
} as const

/** Returns the given options without effect as `--NAME`, each with the property whose disposition gives the reason. */
export function ignoredOptions(
  options: Invocation<'update'>['options'],
): { option: string; property: string }[] {
  return Object.entries(WITHOUT_EFFECT)
    .filter(([name]) => options[name as keyof typeof WITHOUT_EFFECT] !== undefined)
    .map(([name, property]) => ({ option: `--${name}`, property }))
}

/** Returns the properties that have a value; undefined when none has. */
function defined<T extends object>(properties: T): T | undefined {
  const entries = Object.entries(properties).filter(([, value]) => value !== undefined)
  return entries.length === 0 ? undefined : (Object.fromEntries(entries) as T)
}
