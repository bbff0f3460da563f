/** fstab(5): special and node in vis(3) octal form, options, type. */
import { CallError } from '../client.ts'
import { strerror, type ToolContext } from './tool.ts'

/** An entry of fstab(5). */
export interface FstabEntry {
  special: string
  on: string
  type: string
  options: string
}

const decode = (word: string) =>
  word.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))

/**
 * The entries in order. As with getfsent(3), lines without one of rw, ro, rq, sw, xx among their options do not count.
 * A file that cannot be read gives the message of setfsent(3) and undefined; /etc/fstab may be missing.
 */
export function readFstab(t: ToolContext, file: string): FstabEntry[] | undefined {
  let text: string
  try {
    text = t.readFile(file)
  } catch (error) {
    if (file === '/etc/fstab') return []
    t.err(`fstab: ${file}:0: ${strerror(error instanceof CallError ? error.errno : 'EIO')}\n`)
    return undefined
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

/** File system types that mount(8) leaves to a program /sbin/mount_TYPE. */
export const MOUNT_HELPERS = ['nullfs', 'nfs', 'msdosfs', 'cd9660', 'udf', 'unionfs', 'fusefs', 'smbfs']
