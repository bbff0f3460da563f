/** ls(1) as FreeBSD prints it: long listings, or one name on each line. */
import fs from 'node:fs'
import path from 'node:path'
import { HIDDEN_PROC, type ListedFile, longListing } from '../print/listing.ts'
import { errnoOf } from './errno.ts'
import { Exit, getopt, strerror, type ToolContext } from './tool.ts'

const TMPFS = 0x01021994

/** Names by number from a file like passwd(5) or group(5) of the caller. */
function names(t: ToolContext, file: string): Map<number, string> {
  const found = new Map<number, string>()
  try {
    for (const line of t.readFile(file).split('\n')) {
      const [name, , id] = line.split(':')
      if (name && id !== undefined && id !== '' && !found.has(Number(id))) found.set(Number(id), name)
    }
  } catch {
    // Without the file the listing has numbers.
  }
  return found
}

function kindOf(stat: fs.Stats): string {
  if (stat.isDirectory()) return 'd'
  if (stat.isSymbolicLink()) return 'l'
  if (stat.isCharacterDevice()) return 'c'
  if (stat.isBlockDevice()) return 'b'
  if (stat.isFIFO()) return 'p'
  return stat.isSocket() ? 's' : '-'
}

/** Size and link count of a directory as FreeBSD's file systems count them. */
function directory(file: string, stat: fs.Stats): { size: number; links: number } {
  let entries: fs.Dirent[] = []
  try {
    entries = fs.readdirSync(file, { withFileTypes: true })
  } catch {
    return { size: stat.size, links: stat.nlink }
  }
  const links = stat.nlink > 1 ? stat.nlink : 2 + entries.filter(entry => entry.isDirectory()).length
  const size =
    fs.statfsSync(file).type === TMPFS
      ? 48 * entries.length
      : 512 * Math.max(1, Math.ceil(entries.length / 20))
  return { size, links }
}

/** A node of fdescfs. */
interface Descriptor {
  kind: string
  target?: string
  device?: string
  /** True when stat(2) follows the link. */
  follows?: boolean
}

/** Looks files up and prints them as the options say. */
export class Lister {
  private readonly t: ToolContext
  private readonly has: (letter: string) => boolean
  private readonly users: Map<number, string>
  private readonly groups: Map<number, string>
  status = 0

  constructor(t: ToolContext, has: (letter: string) => boolean) {
    this.t = t
    this.has = has
    const numeric = has('n')
    this.users = numeric ? new Map() : names(t, '/etc/passwd')
    this.groups = numeric ? new Map() : names(t, '/etc/group')
  }

  private at(file: string, follow: boolean): string {
    const node = follow ? this.descriptor(file) : undefined
    const name = node?.follows === true ? (node.target ?? file) : file
    return this.t.locate?.(name, follow) ?? name
  }

  /** Whether a file exists, after following links. */
  exists(file: string): boolean {
    try {
      return fs.existsSync(this.at(file, true))
    } catch {
      return false
    }
  }

  /** -L: whether to show the target of a link; a link that leads nowhere is shown itself. */
  private follows(file: string): boolean {
    return this.has('L') && this.exists(file)
  }

  get long(): boolean {
    return this.has('l') || this.has('n') || this.has('o') || this.has('g')
  }

  /** The node of a descriptor in fdescfs; undefined for any other file. Throws `CallError` for a descriptor that is closed. */
  private descriptor(file: string): Descriptor | undefined {
    if (!/^[0-9]+$/.test(path.basename(file))) return undefined
    return (this.t.call('descriptorNode', file) as unknown as Descriptor | null) ?? undefined
  }

  /** The data of a file; undefined after an error message. */
  look(file: string, shown: string, follow = false): ListedFile | undefined {
    try {
      const real = this.at(file, follow)
      const stat = follow ? fs.statSync(real) : fs.lstatSync(real)
      const found = this.descriptor(file)
      const node = follow && found?.follows === true ? undefined : found
      const kind = node?.kind ?? kindOf(stat)
      const special = kind === 'c' || kind === 'b'
      const { size, links } =
        kind === 'd' && this.long
          ? directory(real, stat)
          : { size: node === undefined ? stat.size : 0, links: stat.nlink }
      return {
        name: shown,
        kind,
        // FreeBSD gives a link the mode that the umask leaves; Linux shows all bits.
        mode: node !== undefined ? 0o555 : kind === 'l' ? 0o755 : stat.mode & 0o7777,
        links,
        user: this.users.get(stat.uid) ?? String(stat.uid),
        group: this.groups.get(stat.gid) ?? String(stat.gid),
        size,
        device: special ? (node?.device ?? `0x${(stat.rdev & 0xffff).toString(16)}`) : undefined,
        modified: stat.mtime,
        inode: stat.ino,
        blocks: stat.blocks,
        target: kind === 'l' && this.long ? (node?.target ?? fs.readlinkSync(real)) : undefined,
      }
    } catch (error) {
      this.t.err(`ls: ${shown}: ${strerror(errnoOf(error))}\n`)
      this.status = 1
      return undefined
    }
  }

  /** False for a descriptor in fdescfs that this process has not, and that the kernel leaves out. */
  private isOpen(file: string): boolean {
    try {
      this.descriptor(file)
      return true
    } catch (error) {
      if (errnoOf(error) === 'EBADF') return false
      throw error
    }
  }

  print(files: readonly ListedFile[]): void {
    const sorted = this.has('f') ? [...files] : [...files].sort((a, b) => (a.name < b.name ? -1 : 1))
    if (this.has('t')) sorted.sort((a, b) => b.modified.getTime() - a.modified.getTime())
    if (this.has('S')) sorted.sort((a, b) => b.size - a.size)
    if (this.has('r')) sorted.reverse()
    const marks: Record<string, string> = { d: '/', l: '@', s: '=', p: '|' }
    const named = sorted.map(file => {
      const mark = this.has('F')
        ? (marks[file.kind] ?? ((file.mode & 0o111) !== 0 && file.kind === '-' ? '*' : ''))
        : this.has('p') && file.kind === 'd'
          ? '/'
          : ''
      return { ...file, name: file.name + mark }
    })
    if (this.long)
      this.t.out(longListing(named, { now: new Date(), full: this.has('T'), inodes: this.has('i') }))
    else if (this.has('m')) this.t.out(`${named.map(file => file.name).join(', ')}\n`)
    else for (const file of named) this.t.out(`${this.has('i') ? `${file.inode} ` : ''}${file.name}\n`)
  }

  /** The entries of a directory; undefined after an error message. */
  entries(dir: string): ListedFile[] | undefined {
    let found: string[]
    try {
      found = fs.readdirSync(this.at(dir, true)).filter(name => name !== HIDDEN_PROC)
      // FreeBSD makes /dev/tty when it is looked up; /dev/shm is for Linux programs of this machine.
      if (found.includes('null') && found.includes('stdin'))
        found = found.filter(name => name !== 'tty' && name !== 'shm')
    } catch (error) {
      this.t.err(`ls: ${dir}: ${strerror(errnoOf(error))}\n`)
      this.status = 1
      return undefined
    }
    found = found.filter(name => this.isOpen(path.join(dir, name)))
    if (this.has('a') || this.has('f')) found = ['.', '..', ...found]
    else if (!this.has('A')) found = found.filter(name => !name.startsWith('.'))
    return found.flatMap(
      name => this.look(path.join(dir, name), name, this.follows(path.join(dir, name))) ?? [],
    )
  }

  /** Prints the listing of a directory, and with `-R` the listings of its directories. */
  list(dir: string, title: boolean): void {
    const files = this.entries(dir)
    if (files === undefined) return
    if (title) this.t.out(`${dir}:\n`)
    if (this.long) {
      const blocks = files.reduce((sum, file) => sum + file.blocks, 0)
      this.t.out(`total ${this.has('k') ? Math.ceil(blocks / 2) : blocks}\n`)
    }
    this.print(files)
    if (!this.has('R')) return
    for (const file of files.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (file.kind !== 'd' || file.name === '.' || file.name === '..') continue
      this.t.out('\n')
      this.list(path.join(dir, file.name), true)
    }
  }
}

/** Runs the tool and returns its exit status. */
export function main(t: ToolContext): number {
  const usage = (): never => {
    t.err('usage: ls [-ABCFGHILPRSTUWZabcdfghiklmnopqrstuvwxy1,] [--color=when] [-D format] [file ...]\n')
    throw new Exit(1)
  }
  const args = t.args.filter(word => !word.startsWith('--color'))
  const { options, rest } = getopt({ ...t, args }, 'ABCD:FGHILPRSTUWZabcdfghiklmnopqrstuvwxy1,', usage)
  const lister = new Lister(t, letter => options.some(option => option[0] === letter))
  const operands = rest.length === 0 ? ['.'] : [...rest].sort()
  const plain: ListedFile[] = []
  const dirs: string[] = []
  for (const name of operands) {
    const said = (letters: string) => options.some(option => letters.includes(option[0] ?? ' '))
    const follow = said('LH') || (!lister.long && !said('dF'))
    let file = lister.look(name, name, false)
    if (file === undefined) continue
    if (file.kind === 'l' && follow && lister.exists(name)) file = lister.look(name, name, true) ?? file
    if (file.kind === 'd' && !options.some(option => option[0] === 'd')) dirs.push(name)
    else plain.push(file)
  }
  if (plain.length > 0) lister.print(plain)
  for (const [at, dir] of dirs.entries()) {
    if (at > 0 || plain.length > 0) t.out('\n')
    lister.list(dir, operands.length > 1)
  }
  return lister.status
}
