/** The resources that `update` is asked for, in the form of OCI's `linux.resources`. */
import type { LinuxResources } from '../bundle/generated/config.ts'
import { readStandardInput, readText } from '../bundle/read-json.ts'
import { readResources } from '../bundle/read-resources.ts'
import type { Invocation } from './commands.ts'
import { usageError } from './usage.ts'

const suffixes = ['', 'k', 'm', 'g', 't']

/** Bytes from a number with an optional suffix k, m, g or t (powers of 1024, a b or ib may follow), or -1 for no limit. */
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

/** Reads resources from a file, or from standard input for `-`. Throws CONFIG. */
export function resourcesFromFile(file: string): LinuxResources {
  if (file === '-') return readResources(readStandardInput(), 'standard input')
  return readResources(readText(file, { pipes: true }), file)
}

/** `base` with the single options put over it. The block I/O rates hold for all devices: rctl(8) knows no others. */
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

/** Options that runc has and FreeBSD cannot do, and the property of a config.json that says the same. */
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

/** Given options that have no effect, as `--NAME`, each with the property whose disposition tells why. */
export function ignoredOptions(
  options: Invocation<'update'>['options'],
): { option: string; property: string }[] {
  return Object.entries(WITHOUT_EFFECT)
    .filter(([name]) => options[name as keyof typeof WITHOUT_EFFECT] !== undefined)
    .map(([name, property]) => ({ option: `--${name}`, property }))
}

/** The properties that have a value; undefined when none has. */
function defined<T extends object>(properties: T): T | undefined {
  const entries = Object.entries(properties).filter(([, value]) => value !== undefined)
  return entries.length === 0 ? undefined : (Object.fromEntries(entries) as T)
}
