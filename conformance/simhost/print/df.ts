/** One file system for df(1): sizes in bytes. */
export interface DiskUsage {
  from: string
  on: string
  total: number
  used: number
  available: number
  inodes: number
  inodesFree: number
  type: string
}

/** humanize_number as `df -h` calls it: five columns at most, powers of 1024. */
function human(bytes: number): string {
  let value = bytes
  let scale = 0
  while (value >= 999.5 && scale < 6) {
    value /= 1024
    scale += 1
  }
  const unit = ['B', 'K', 'M', 'G', 'T', 'P', 'E'][scale]!
  return scale > 0 && value < 9.95 ? `${value.toFixed(1)}${unit}` : `${Math.round(value)}${unit}`
}

/** The unit of sizes: a block size in bytes with its header, or `human`. */
export type DfUnits = { header: string; block: number } | 'human'

/** The table of df(1) on FreeBSD. */
export function dfTable(
  list: readonly DiskUsage[],
  units: DfUnits,
  how: { inodes: boolean; type: boolean },
): string {
  const amount = (bytes: number): string =>
    units === 'human' ? human(bytes) : String(Math.ceil(bytes / units.block))
  const column = (header: string, of: (item: DiskUsage) => string): number =>
    Math.max(header.length, ...list.map(item => of(item).length))
  const [size, name] = [units === 'human' ? 'Size' : units.header, 'Filesystem']
  const wide = units === 'human'
  const names = column(name, item => item.from)
  const types = column('Type', item => item.type)
  const totals = wide ? 6 : column(size, item => amount(item.total))
  const useds = wide ? 6 : column('Used', item => amount(item.used))
  const avails = wide ? 6 : column('Avail', item => amount(item.available))
  const gap = wide ? '  ' : ' '
  const typed = (text: string): string => (how.type ? ` ${text.padEnd(types)}` : '')
  let text = `${name.padEnd(names)}${typed('Type')}${gap}${size.padStart(totals)}${gap}${'Used'.padStart(useds)}${gap}${'Avail'.padStart(avails)} Capacity`
  if (how.inodes) text += ' iused ifree %iused'
  text += '  Mounted on\n'
  for (const item of list) {
    const usable = item.used + item.available
    const share = usable === 0 ? 100 : (item.used / usable) * 100
    text += `${item.from.padEnd(names)}${typed(item.type)}${gap}${amount(item.total).padStart(totals)}${gap}${amount(item.used).padStart(useds)}${gap}${amount(item.available).padStart(avails)} ${share.toFixed(0).padStart(5)}%`
    if (how.inodes) {
      const usedInodes = item.inodes - item.inodesFree
      const part = item.inodes === 0 ? 100 : (usedInodes / item.inodes) * 100
      text += ` ${String(usedInodes).padStart(5)} ${String(item.inodesFree).padStart(5)} ${part.toFixed(0).padStart(4)}%`
    }
    text += `    ${item.on}\n`
  }
  return text
}
