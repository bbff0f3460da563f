/** Append-only files of JSON lines: the journal, and the record of effects that outlive a restart. */
import { encode } from '../../bytes.ts'
import { errnoOf, quietly } from '../../errors.ts'
import { closeFile, makeDirectories, openFile, readTextFile, statusOf, writeText } from '../../host/files.ts'
import { dirname } from '../../paths.ts'
import type { Done, Undo } from './undo.ts'

/** One line of such a file. */
export interface Line {
  /** The number of the entry; 0 for the line that records the boot of the host. */
  n: number
  boot?: string
  undo?: Undo
  done?: Done
  undone?: true
}

/** An append-only file of lines. */
export class LineFile {
  readonly path: string
  /** True when the last line has no line end, because a crash or a full disk cut it short. */
  #torn: boolean
  /** The first line of a new file; empty when the file has one. */
  #head: string
  /** The entry numbers of the lines in the file. */
  readonly numbers: Set<number>
  /** The lines as they were read or appended last, and the size in bytes of the file that has them. */
  #known: Line[]
  #size: number

  /** `boot` (see `bootOf`) is recorded when the file is new. */
  constructor(path: string, boot?: string) {
    this.path = path
    const text = read(path)
    this.#torn = text !== '' && !text.endsWith('\n')
    this.#head = text === '' && boot !== undefined ? `${JSON.stringify({ n: 0, boot })}\n` : ''
    this.#known = parse(text)
    this.#size = encode(text).length
    this.numbers = new Set(this.#known.map(({ n }) => n))
  }

  /**
   * Appends one line.
   * @throws SyscallError of open(2) or write(2).
   */
  append(line: Line): void {
    const text = `${this.#torn ? '\n' : ''}${this.#head}${JSON.stringify(line)}\n`
    const fd = openFile(this.path, 'append', 0o600)
    // The line counts as cut short until it is written as a whole, so that the next line begins with a line end and is
    // not lost.
    this.#torn = true
    try {
      writeText(fd, text, this.path)
    } finally {
      closeFile(fd)
    }
    this.#torn = false
    if (this.#head !== '') this.#known.push(...parse(this.#head))
    this.#head = ''
    this.numbers.add(line.n)
    this.#known.push(line)
    this.#size += encode(text).length
  }

  /** Appends one line, and makes the directory of the file when it is missing. */
  appendBelow(line: Line): void {
    try {
      this.append(line)
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') throw error
      makeDirectories(dirname(this.path), 0o700)
      this.append(line)
    }
  }

  /**
   * Returns the lines that can be read. The file is read again only when its size is not the known one, so that the time of
   * a `create` does not grow with the square of the number of its mounts.
   */
  lines(): readonly Line[] {
    if (quietly(() => statusOf(this.path)?.size ?? 0) === this.#size) return this.#known
    const text = read(this.path)
    this.#known = parse(text)
    this.#size = encode(text).length
    return this.#known
  }

  /** Returns the number of lines that are cut short or not of the journal's form. */
  unreadable(): number {
    const text = read(this.path)
    return text.split('\n').filter(line => line !== '').length - parse(text).length
  }
}

function read(path: string): string {
  try {
    return readTextFile(path)
  } catch (error) {
    if (UNREADABLE.has(errnoOf(error) ?? '')) return ''
    throw error
  }
}

/**
 * Errors that mean that there is no such file: the path does not exist, or is a directory, a link in a loop or a FIFO.
 */
const UNREADABLE = new Set(['ENOENT', 'ENOTDIR', 'EISDIR', 'ELOOP', 'EAGAIN'])

/**
 * Parses the lines. A line that a crash or a full disk cut short is skipped, because the effect that it announced had
 * not begun. A line of another form is skipped too.
 */
function parse(text: string): Line[] {
  return text.split('\n').flatMap(line => {
    try {
      const value = line === '' ? null : (JSON.parse(line) as Line | null)
      return value && isLine(value) ? value : []
    } catch {
      return []
    }
  })
}

/** The properties that each undo must have. They are strings, except for numbers and lists of calls. */
const NEEDED: Readonly<Record<Undo['op'], readonly string[]>> = {
  unmount: ['path', 'fstype'],
  rmdir: ['root', 'path'],
  unlink: ['root', 'path'],
  'put-back': ['root', 'path', 'aside'],
  'host-rmdir': ['path'],
  'pid-file': ['path', 'pid'],
  jail: ['name', 'path'],
  run: ['calls'],
  ruleset: ['number', 'marker'],
  'init-gone': ['ctl'],
  kill: ['pid', 'start'],
  children: ['parent'],
}

function isLine({ n, undo, done }: Line): boolean {
  if (!Number.isSafeInteger(n)) return false
  if (done !== undefined && (typeof done !== 'object' || done === null)) return false
  if (done?.call !== undefined && !isCall(done.call)) return false
  return undo === undefined || isUndo(undo as unknown as Record<string, unknown> | null)
}

function isUndo(undo: Record<string, unknown> | null): boolean {
  const needed = NEEDED[undo?.op as Undo['op']] as readonly string[] | undefined
  if (!undo || !needed) return false
  return needed.every(name => {
    const value = undo[name]
    if (name === 'calls') return Array.isArray(value) && value.every(isCall)
    return name === 'pid' || name === 'number' ? Number.isSafeInteger(value) : typeof value === 'string'
  })
}

function isCall(call: { tool?: unknown; args?: unknown } | null): boolean {
  return (
    typeof call?.tool === 'string' &&
    Array.isArray(call.args) &&
    call.args.every(arg => typeof arg === 'string')
  )
}
