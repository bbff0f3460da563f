import { modeString } from '../text/mode.ts'

/** Name of a directory in /dev/fd that belongs to the simulation; listings leave it out. */
export const HIDDEN_PROC = '.simhost-proc'

/** One file of a long listing, numbers as FreeBSD would show them. */
export interface ListedFile {
  name: string
  /** Letter of the kind: `d`, `l`, `c`, `b`, `p`, `s`, `-`. */
  kind: string
  mode: number
  links: number
  user: string
  group: string
  /** Bytes, or a device number for `c` and `b`. */
  size: number
  device?: string
  modified: Date
  inode: number
  blocks: number
  /** The target of a symbolic link. */
  target?: string
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const HALF_YEAR = 182.5 * 86_400_000

/** `%b %e %R`, or the year instead of the time for files older (or newer) than half a year. */
function listingDate(date: Date, now: Date, full: boolean): string {
  const two = (value: number, fill: string): string => String(value).padStart(2, fill)
  const time = `${two(date.getHours(), '0')}:${two(date.getMinutes(), '0')}`
  const day = `${MONTHS[date.getMonth()]} ${two(date.getDate(), ' ')}`
  if (full) return `${day} ${time}:${two(date.getSeconds(), '0')} ${date.getFullYear()}`
  const recent = Math.abs(now.getTime() - date.getTime()) < HALF_YEAR
  return `${day} ${recent ? time : ` ${date.getFullYear()}`}`
}

/** How `ls -l` of 15.1 prints a list: columns as wide as their widest entry, one space between user and group. */
export function longListing(
  files: readonly ListedFile[],
  how: { now: Date; full: boolean; inodes: boolean },
): string {
  const width = (of: (file: ListedFile) => string): number =>
    Math.max(0, ...files.map(file => of(file).length))
  const size = (file: ListedFile): string => file.device ?? String(file.size)
  const links = width(file => String(file.links))
  const users = width(file => file.user)
  const groups = width(file => file.group)
  const sizes = width(size)
  const inodes = width(file => String(file.inode))
  return files
    .map(file => {
      const number = how.inodes ? `${String(file.inode).padStart(inodes)} ` : ''
      const mode = `${modeString(file.kind, file.mode)} `
      const who = `${file.user.padEnd(users)} ${file.group.padEnd(groups)}`
      const date = listingDate(file.modified, how.now, how.full)
      const target = file.target === undefined ? '' : ` -> ${file.target}`
      const count = String(file.links).padStart(links)
      return `${number}${mode} ${count} ${who} ${size(file).padStart(sizes)} ${date} ${file.name}${target}\n`
    })
    .join('')
}
