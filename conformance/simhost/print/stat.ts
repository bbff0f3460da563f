import { modeString } from '../text/mode.ts'
import type { ListedFile } from './listing.ts'

/** What stat(1) shows of a file besides the columns of a listing. */
export interface StatFile extends ListedFile {
  uid: number
  gid: number
  dev: number
  rdev: number
  accessed: Date
  changed: Date
  born: Date
  blockSize: number
}

const KINDS: Readonly<Record<string, readonly [number, string, string]>> = {
  d: [0o040000, 'Directory', '/'],
  l: [0o120000, 'Symbolic Link', '@'],
  c: [0o020000, 'Character Device', ''],
  b: [0o060000, 'Block Device', ''],
  p: [0o010000, 'Fifo File', '|'],
  s: [0o140000, 'Socket', '='],
  '-': [0o100000, 'Regular File', ''],
}

const DATUM: Readonly<Record<string, (file: StatFile) => { text: string; number?: number; date?: Date }>> = {
  d: file => ({ text: String(file.dev), number: file.dev }),
  i: file => ({ text: String(file.inode), number: file.inode }),
  l: file => ({ text: String(file.links), number: file.links }),
  u: file => ({ text: file.user, number: file.uid }),
  g: file => ({ text: file.group, number: file.gid }),
  r: file => ({ text: String(file.rdev), number: file.rdev }),
  z: file => ({ text: String(file.size), number: file.size }),
  b: file => ({ text: String(file.blocks), number: file.blocks }),
  k: file => ({ text: String(file.blockSize), number: file.blockSize }),
  f: () => ({ text: '-', number: 0 }),
  v: () => ({ text: '0', number: 0 }),
  a: file => ({ text: '', date: file.accessed }),
  m: file => ({ text: '', date: file.modified }),
  c: file => ({ text: '', date: file.changed }),
  B: file => ({ text: '', date: file.born }),
}

function date(value: Date): string {
  const [, month, day, year] = value.toDateString().split(' ')
  return `${month} ${String(Number(day)).padStart(2)} ${value.toTimeString().slice(0, 8)} ${year}`
}

function mode(file: StatFile, sub: string, format: string): string {
  const bits = (KINDS[file.kind]?.[0] ?? 0) | file.mode
  if (format === 'S') {
    const text = modeString(file.kind, file.mode)
    return sub === 'H'
      ? text.slice(1, 4)
      : sub === 'M'
        ? text.slice(4, 7)
        : sub === 'L'
          ? text.slice(7, 10)
          : text
  }
  const value = sub === 'H' ? bits >> 12 : sub === 'M' ? (bits >> 9) & 7 : sub === 'L' ? bits & 0o777 : bits
  return format === 'D' || format === 'U' ? String(value) : value.toString(format === 'X' ? 16 : 8)
}

/** One conversion of `-f`: flags and width, format letter, sub letter, datum. */
function convert(
  file: StatFile,
  flags: string,
  width: string,
  format: string,
  sub: string,
  datum: string,
): string {
  let text: string
  if (datum === 'p') text = mode(file, sub, format)
  else if (datum === 'N' || datum === 'R') text = file.name
  else if (datum === 'Y')
    text = file.target === undefined ? '' : format === 'S' ? ` -> ${file.target}` : file.target
  else if (datum === 'T') text = sub === 'H' ? (KINDS[file.kind]?.[1] ?? '') : (KINDS[file.kind]?.[2] ?? '')
  else if (datum === 'Z') text = file.device ?? String(file.size)
  else {
    const value = DATUM[datum]?.(file) ?? { text: '' }
    if (value.date !== undefined) {
      const seconds = value.date.getTime() / 1000
      text =
        format === 'S' ? date(value.date) : format === 'F' ? seconds.toFixed(9) : String(Math.floor(seconds))
    } else if (format === 'S' || value.number === undefined) text = value.text
    else
      text =
        format === 'O'
          ? value.number.toString(8)
          : format === 'X'
            ? value.number.toString(16)
            : String(value.number)
  }
  if (flags.includes('#') && format === 'O') text = `0${text}`
  if (flags.includes('#') && format === 'X') text = `0x${text}`
  return flags.includes('-')
    ? text.padEnd(Number(width))
    : text.padStart(Number(width), flags.includes('0') ? '0' : ' ')
}

/** Formats of stat(1) of FreeBSD: the default line, `-r`, `-s`, `-x`. */
export const STAT_FORMATS = {
  plain: '%d %i %Sp %l %Su %Sg %r %z "%Sa" "%Sm" "%Sc" "%SB" %k %b %#Xf %N',
  raw: '%d %i %#Op %l %u %g %r %z %a %m %c %B %k %b %f %N',
  shell:
    'st_dev=%d st_ino=%i st_mode=%#Op st_nlink=%l st_uid=%u st_gid=%g st_rdev=%r st_size=%z st_atime=%a st_mtime=%m st_ctime=%c st_birthtime=%B st_blksize=%k st_blocks=%b st_flags=%f',
  long: '  File: "%N"%n  Size: %-11z  FileType: %HT%n  Mode: (%OMp%03OLp/%.10Sp)         Uid: (%5u/%8Su)  Gid: (%5g/%8Sg)%nDevice: %d   Inode: %i    Links: %l%nAccess: %Sa%nModify: %Sm%nChange: %Sc%n Birth: %SB',
} as const

/** A whole `-f` format applied to a file. */
export function formatStat(file: StatFile, format: string): string {
  return format.replace(
    /%([-+ 0#]*)([0-9]*)(?:\.[0-9]+)?([DOUXFS]?)([HML]?)([a-zA-Z])|%([nt%@])/g,
    (
      whole,
      flags?: string,
      width?: string,
      kind?: string,
      sub?: string,
      datum?: string,
      special?: string,
    ) => {
      if (special !== undefined)
        return special === 'n' ? '\n' : special === 't' ? '\t' : special === '%' ? '%' : '1'
      if (datum === 'n' && kind === '' && sub === '') return '\n'
      if (datum === 't' && kind === '' && sub === '') return '\t'
      if (datum === undefined) return whole
      return convert(file, flags ?? '', width ?? '', kind ?? '', sub ?? '', datum)
    },
  )
}
