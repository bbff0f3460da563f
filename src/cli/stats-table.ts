/** The result of `stats` as text. */
import type { Stats } from '../container/stats.ts'
import { table } from './text-table.ts'

const bytes = new Set([
  'memoryuse',
  'swapuse',
  'vmemoryuse',
  'memorylocked',
  'datasize',
  'stacksize',
  'shmsize',
])
const rates = new Set(['readbps', 'writebps'])

function amount(resource: string, value: number): string {
  if (!bytes.has(resource) && !rates.has(resource)) return resource === 'pcpu' ? `${value}%` : String(value)
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  let scaled = value
  let unit = 0
  while (scaled >= 1024 && unit < units.length - 1) {
    scaled /= 1024
    unit++
  }
  return `${unit === 0 ? scaled : scaled.toFixed(1)} ${units[unit]}${rates.has(resource) ? '/s' : ''}`
}

/** Returns a table with the columns RESOURCE, USED and LIMIT. Sizes are in binary units. */
export function statsTable({ resources }: Stats): string {
  const rows = Object.entries(resources).map(([name, { used, limit }]) => [
    name,
    amount(name, used),
    limit === undefined ? '-' : amount(name, limit),
  ])
  return table(['RESOURCE', 'USED', 'LIMIT'], rows)
}
