/** The resources that `update` is asked for, in the form of OCI's `linux.resources`. */
import { readFileSync } from 'node:fs'
import { JailwrightError } from '../errors.ts'
import type { Invocation } from './commands.ts'
import { usageError } from './usage.ts'

/** The part of `linux.resources` (config-linux.md) that single options set; a file may hold more. */
export interface Resources {
  memory?: { limit?: number; swap?: number; [property: string]: unknown }
  cpu?: { quota?: number; period?: number; cpus?: string; [property: string]: unknown }
  pids?: { limit?: number }
  blockIO?: { [property: string]: unknown }
  [property: string]: unknown
}

const suffixes = ['', 'k', 'm', 'g', 't']

/** Bytes from a number with an optional suffix k, m, g or t (powers of 1024, an optional b or ib after it), or -1. */
export function parseSize(text: string, option: string): number {
  const match = /^(\d+)([kmgt]?)(?:i?b)?$/i.exec(text)
  const size = match ? Number(match[1]) * 1024 ** suffixes.indexOf(match[2]!.toLowerCase()) : Number.NaN
  if (text === '-1') return -1
  if (!Number.isSafeInteger(size)) {
    throw usageError(
      `--${option} must be a number of bytes such as 268435456, 256m or -1, not ${JSON.stringify(text)}`,
      'update',
    )
  }
  return size
}

/** Reads a JSON object from a file, or from standard input for `-`. Throws CONFIG when it is none. */
export function readResources(file: string): Resources {
  const name = file === '-' ? 'standard input' : file
  const text = readFileSync(file === '-' ? 0 : file, 'utf8')
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new JailwrightError('CONFIG', `not JSON: ${(error as Error).message}`, {
      subject: name,
      cause: error,
    })
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new JailwrightError('CONFIG', 'must be a JSON object as "linux.resources" in config.json', {
      subject: name,
    })
  }
  return value as Resources
}

/** `base` with the single options put over it. The block I/O rates hold for all devices: rctl(8) knows no others. */
export function resourcesFromFlags(options: Invocation<'update'>['options'], base: Resources): Resources {
  const result: Resources = { ...base }
  const size = (name: 'memory' | 'memory-swap' | 'read-bps' | 'write-bps') => {
    const text = options[name]
    return text === undefined ? undefined : parseSize(text, name)
  }
  const put = (section: 'memory' | 'cpu' | 'pids' | 'blockIO', key: string, value: unknown) => {
    if (value !== undefined) result[section] = { ...result[section], [key]: value }
  }
  const rate = (value: number | undefined) =>
    value === undefined ? undefined : [{ major: 0, minor: 0, rate: value }]
  put('memory', 'limit', size('memory'))
  put('memory', 'swap', size('memory-swap'))
  put('cpu', 'quota', options['cpu-quota'])
  put('cpu', 'period', options['cpu-period'])
  put('cpu', 'cpus', options['cpuset-cpus'])
  put('pids', 'limit', options['pids-limit'])
  put('blockIO', 'throttleReadBpsDevice', rate(size('read-bps')))
  put('blockIO', 'throttleWriteBpsDevice', rate(size('write-bps')))
  put('blockIO', 'throttleReadIOPSDevice', rate(options['read-iops']))
  put('blockIO', 'throttleWriteIOPSDevice', rate(options['write-iops']))
  return result
}
