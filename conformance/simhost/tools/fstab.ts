/** fstab(5): special and node in vis(3) octal form, options, type. */
import { CallError } from '../client.ts'
import { errx, strerror, type ToolContext } from './tool.ts'

export interface FstabEntry {
  special: string
  on: string
  type: string
  options: string
}

const decode = (word: string) =>
  word.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))

/** Entries in order; lines that lack one of rw, ro, rq, sw, xx among their options are left out as getfsent(3) does. */
export function readFstab(t: ToolContext, file: string): FstabEntry[] {
  let text: string
  try {
    text = t.readFile(file)
  } catch (error) {
    if (file === '/etc/fstab') return []
    errx(t, 1, `${file}: ${strerror(error instanceof CallError ? error.errno : 'EIO')}`)
  }
  const entries: FstabEntry[] = []
  for (const line of text.split('\n')) {
    const [special, on, type, options] = line.trim().split(/\s+/)
    if (special === undefined || special === '' || special.startsWith('#')) continue
    if (on === undefined || type === undefined || options === undefined) continue
    if (!options.split(',').some(o => ['rw', 'ro', 'rq', 'sw', 'xx'].includes(o))) continue
    entries.push({ special: decode(special), on: decode(on), type, options })
  }
  return entries
}
