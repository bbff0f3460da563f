/** One resource of limits(1): its letter, name, suffix, and what a fresh session has (undefined: infinity). */
export interface LimitRow {
  letter: string
  name: string
  suffix: string
  value: number | undefined
}

/** The resources in the order of limits(1), with the values of one FreeBSD 15.1 machine. */
export const LIMIT_ROWS: readonly LimitRow[] = [
  { letter: 't', name: 'cputime', suffix: ' secs', value: undefined },
  { letter: 'f', name: 'filesize', suffix: ' kB', value: undefined },
  { letter: 'd', name: 'datasize', suffix: ' kB', value: 33_554_432 },
  { letter: 's', name: 'stacksize', suffix: ' kB', value: 524_288 },
  { letter: 'c', name: 'coredumpsize', suffix: ' kB', value: undefined },
  { letter: 'm', name: 'memoryuse', suffix: ' kB', value: undefined },
  { letter: 'l', name: 'memorylocked', suffix: ' kB', value: undefined },
  { letter: 'u', name: 'maxprocesses', suffix: '', value: 11_699 },
  { letter: 'n', name: 'openfiles', suffix: '', value: 58_383 },
  { letter: 'b', name: 'sbsize', suffix: ' bytes', value: undefined },
  { letter: 'v', name: 'vmemoryuse', suffix: ' kB', value: undefined },
  { letter: 'p', name: 'pseudo-terminals', suffix: '', value: undefined },
  { letter: 'w', name: 'swapuse', suffix: ' kB', value: undefined },
  { letter: 'k', name: 'kqueues', suffix: '', value: undefined },
  { letter: 'o', name: 'umtxp', suffix: '', value: undefined },
  { letter: 'y', name: 'pipebuf', suffix: ' kB', value: undefined },
]

/** The lines of limits(1) for the chosen resources. */
export function limitsTable(rows: readonly LimitRow[], title: string): string {
  const line = ({ name, value, suffix }: LimitRow): string =>
    `  ${name.padEnd(16)}${(value === undefined ? 'infinity' : String(value)).padStart(13)}${suffix}\n`
  return `Resource limits${title}:\n${rows.map(line).join('')}`
}
